"""Settings of the REST API, its errors and its description. Imported by `config.settings`."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.access.KeyAndRole"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.parsing.AlwaysJSON",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttling.IdentityThrottle"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["accounts.api.filtering.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.ResourceSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "accounts.api.errors.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "accounts.api.errors.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Enishi API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Customers, the work done for them, their answers and what we conclude.",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "This installation"}],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChurnReason": "customers.models.Customer.ChurnReason",
        "TaskPriorityEnum": "customers.models.Task.Priority",
        "TicketPriorityEnum": "customers.models.Ticket.Priority",
        "AttributeType": "customers.models.Attribute.Type",
        "TypeEnum": "customers.models.Task.Type",
        "CostKind": "customers.models.CostLine.Kind",
        "TouchpointKind": "customers.models.Touchpoint.Kind",
        "SurveyKind": "surveys.models.Survey.Kind",
        "UserRole": "accounts.permissions.Role",
        "ContactRole": "customers.models.Contact.Role",
        "HealthBand": "metrics.models.HealthScore.Band",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False},
}
