"""Where the stacks can be deployed. Imports no CDK.

From CloudFormation's resource schemas as cfn-lint carries them, against which a test
compares both lists. China, GovCloud and the isolated partitions are left out: names and
principals differ there, and nothing here was tried on them.
"""

from cdk_app.images import REGISTRY_ACCOUNTS

#: Have AWS's scikit-learn image and every resource type of the stacks but the budget.
#: (`AWS::CodeBuild::Project` is missing in ca-west-1.)
REGIONS = frozenset(REGISTRY_ACCOUNTS) - {"ca-west-1"}

#: Of these, the ones in which CloudFormation has no `AWS::Budgets::Budget`. A budget
#: that is made in another region watches the whole account all the same.
REGIONS_WITHOUT_BUDGETS = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3"),
        *("ap-southeast-4", "eu-central-2", "eu-north-1", "eu-south-1"),
        *("eu-south-2", "il-central-1"),
    }
)
