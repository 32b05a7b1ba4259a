"""Topics, who may publish to them, and who is told."""

import json

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource
from local_aws.partitions import arn as arn_of

TOPIC_NAME_CHARACTERS = 256
ATTRIBUTES = ("DisplayName", "KmsMasterKeyId")


@handles(
    "AWS::SNS::Topic",
    immutable={"TopicName", "FifoTopic"},
    applies={"TopicName", "Tags", *ATTRIBUTES},
)
class TopicHandler:
    """AWS::SNS::Topic."""

    def create(self, request: Request) -> Physical:
        """Create the topic; its physical id is its ARN."""
        name = request.name("TopicName", TOPIC_NAME_CHARACTERS)
        sns = request.client("sns")
        taken = arn_of("sns", request.clients.region, request.account, name)
        request.check_absent(name, lambda: sns.get_topic_attributes(TopicArn=taken))
        arn = sns.create_topic(Name=name, Tags=request.tag_list())["TopicArn"]
        self._configure(request, arn)
        return Physical(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the attributes and the tags."""
        arn = current.physical.id
        sns = request.client("sns")
        self._configure(request, arn)
        for attribute in ATTRIBUTES:
            if attribute in current.properties.keys() - request.properties.keys():
                sns.set_topic_attributes(
                    TopicArn=arn, AttributeName=attribute, AttributeValue=""
                )
        sns.tag_resource(ResourceArn=arn, Tags=request.tag_list())
        if stale := request.stale_tags(current):
            sns.untag_resource(ResourceArn=arn, TagKeys=stale)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the topic; SNS does not mind one that is gone."""
        request.client("sns").delete_topic(TopicArn=current.physical.id)

    def _configure(self, request: Request, arn: str) -> None:
        for attribute in ATTRIBUTES:
            if value := request.properties.get(attribute):
                request.client("sns").set_topic_attributes(
                    TopicArn=arn, AttributeName=attribute, AttributeValue=value
                )


@handles("AWS::SNS::TopicPolicy", immutable=set())
class TopicPolicyHandler:
    """AWS::SNS::TopicPolicy."""

    def create(self, request: Request) -> Physical:
        """Set the policy of each topic."""
        document = json.dumps(request.properties["PolicyDocument"])
        for topic in request.properties["Topics"]:
            request.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=document
            )
        return Physical(request.generated_name(128))

    def update(self, request: Request, current: Resource) -> Physical:
        """Set the policy anew."""
        self.create(request)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Nothing to remove: as in AWS the policy goes with its topic."""


@handles(
    "AWS::SNS::Subscription",
    immutable={"TopicArn", "Protocol", "Endpoint"},
    applies={"TopicArn", "Protocol", "Endpoint"},
)
class SubscriptionHandler:
    """AWS::SNS::Subscription; nothing is delivered outside this machine."""

    def create(self, request: Request) -> Physical:
        """Subscribe; the physical id is the subscription's ARN."""
        properties = request.properties
        arn = request.client("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties["Endpoint"],
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Physical(arn, {"Arn": arn})

    def update(self, request: Request, current: Resource) -> Physical:  # noqa: ARG002
        """Nothing mutable is supported."""
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Unsubscribe."""
        try:
            request.client("sns").unsubscribe(SubscriptionArn=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFound":
                raise
