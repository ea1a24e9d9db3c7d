"""The room in the admin: Popularity, subject areas, and what stands in the slots of pages."""

from onvif_privacy.visits.admin.advertising import HouseAdAdmin
from onvif_privacy.visits.admin.content import CustomContentAdmin
from onvif_privacy.visits.admin.popularity import PopularityAdmin, SubjectAreaAdmin

__all__ = ["CustomContentAdmin", "HouseAdAdmin", "PopularityAdmin", "SubjectAreaAdmin"]
