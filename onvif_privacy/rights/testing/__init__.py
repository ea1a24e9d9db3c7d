"""Test kit for host sites: that the rights of people hold for whatever the site declares.

``class ShopRights(RightsTests, TransactionTestCase)`` needs no further code, unless a smallest row cannot be built.
"""

from onvif_privacy.rights.testing.cases import RightsTests
from onvif_privacy.rights.testing.world import CannotBuild, World

__all__ = ["CannotBuild", "RightsTests", "World"]
