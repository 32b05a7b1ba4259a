"""Resource types that cost nothing by themselves, each with AWS's reason.

A type that is neither here nor in ``meters`` fails the gate: somebody has to look
up what it costs before it is deployed.
"""

FREE_RESOURCE_TYPES: dict[str, str] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "Application Auto Scaling is free; its capacity is priced with the endpoint."
    ),
    "AWS::Budgets::Budget": "Budgets without actions are free.",
    "AWS::IAM::ManagedPolicy": "IAM is free.",
    "AWS::IAM::Role": "IAM is free.",
    "AWS::Lambda::Function": (
        "Billed by invocation; the only function empties buckets when a stack is "
        "deleted, far below the free million requests a month."
    ),
    "AWS::S3::BucketPolicy": "Bucket policies are free.",
    "AWS::SNS::Subscription": "E-mail: the first 1,000 notifications a month are free.",
    "AWS::SNS::Topic": "Billed by message; the first million a month is free.",
    "AWS::SNS::TopicPolicy": "Topic policies are free.",
    "AWS::SSM::Parameter": "Standard parameters are free.",
    "AWS::SageMaker::Endpoint": "Priced by its endpoint configuration.",
    "AWS::SageMaker::Model": "A model is a record; its hosting is billed.",
    "AWS::Scheduler::Schedule": "The first 14 million invocations a month are free.",
    "AWS::Scheduler::ScheduleGroup": "Billed by invocation of its schedules.",
    "Custom::S3AutoDeleteObjects": "Runs the Lambda function when a stack is deleted.",
}
