"""The routes of the REST API, collected from the apps."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter(trailing_slash=False)

api_urlpatterns = router.urls
