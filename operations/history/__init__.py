"""Histories of entities in DynamoDB: read and recorded where the caller is."""
