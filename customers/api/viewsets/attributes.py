"""/attributes: which custom attributes customers have. Their values are fields of customers."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from accounts.api.viewsets import Created, Listed, Resource, Retrieved, Updated
from accounts.permissions import Permission
from customers.api.bulk import BulkResultSerializer, BulkUpserted
from customers.api.filters import AttributeFilter
from customers.api.serializers.attributes import (
    AttributeBulkSerializer,
    AttributeSerializer,
    BulkAttributeSerializer,
)
from customers.models import Attribute


@extend_schema_view(
    bulk_upsert=extend_schema(request=AttributeBulkSerializer, responses=BulkResultSerializer)
)
class AttributeViewSet(BulkUpserted, Listed, Retrieved, Created, Updated, Resource):
    """Custom attributes of customers, as declared."""

    may_write = Permission.IMPORT
    queryset = Attribute.objects.all()
    serializer_class = AttributeSerializer
    bulk_serializer_class = BulkAttributeSerializer
    matched_by = "key"
    filterset_class = AttributeFilter
    orderings = {"id": "id", "key": "key"}
    default_ordering = "id"
