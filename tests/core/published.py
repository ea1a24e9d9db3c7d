"""What others have published about receipts, written down here for the tests: nobody ships it as a package.

The Kantara schema follows the field tables of the Consent Receipt Specification 1.1.0 (sections 4 and 5: names, types,
which fields MUST be there and MUST NOT be empty) and lists the categories of its annexes; it is stricter than the
schema file that accompanies the specification, which lets empty texts and unknown fields pass. The lists of terms are
the names in the Data Privacy Vocabulary 2.3 (25 February 2026) that belong to consent, bases, notices, purposes and
entities, the bases and rights of its extension for the GDPR, and the profiles of its schema for ISO/IEC TS 27560.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}

KANTARA_PURPOSES = [
    "1 - Core Function",
    "2 - Contracted Service",
    "3 - Delivery",
    "4 - Contact Requested",
    "5 - Personalized Experience",
    "6 - Marketing",
    "7 - Marketing Third Parties",
    "8 - Sharing for Delivery",
    "9 - Sharing for Marketing",
    "10 - 3rd Party Sharing for Core Function",
    "11 - 3rd Party Sharing for Other",
    "12 - Legally Required Data Retention",
    "13 - Required by Law Enforcement or Government",
    "14 - Protecting Your Health",
    "15 - Protecting Our Interests",
    "16 - Improve Performance",
]
KANTARA_DATA = [
    "1 - Biographical",
    "2 - Contact",
    "3 - Biometric",
    "4 - Communications/Social",
    "5 - Network/Service",
    "6 - Health",
    "7 - Financial",
    "8 - Official ID",
    "9 - Social Benefit Data",
    "10 - Judicial Data",
    "11 - Asset Data",
    "12 - HR Data",
    "13 - Mental Health",
    "14 - Membership",
    "15 - Behavioral",
    "16 - Profiling",
]


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    fields = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": fields,
        "required": [*required],
        "additionalProperties": False,
        **more,
    }


def _each(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": of, "uniqueItems": True, **more}


_PURPOSE = _object(
    {
        "consentType": {"enum": ["EXPLICIT", "IMPLICIT"]},
        "purposeCategory": _each({"enum": KANTARA_PURPOSES}, minItems=1),
        "piiCategory": _each({"enum": KANTARA_DATA}),
        "termination": _TEXT,
        "thirdPartyDisclosure": {"type": "boolean"},
    },
    {"purpose": _TEXT, "primaryPurpose": {"type": "boolean"}, "thirdPartyName": _TEXT},
    oneOf=[
        {"properties": {"thirdPartyDisclosure": {"const": False}}, "not": {"required": ["thirdPartyName"]}},
        {"properties": {"thirdPartyDisclosure": {"const": True}}, "required": ["thirdPartyName"]},
    ],
)
_CONTROLLER = _object(
    {
        "piiController": _TEXT,
        "contact": _TEXT,
        "address": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
        "email": _TEXT,
        "phone": _TEXT,
    },
    {"onBehalf": {"type": "boolean"}, "piiControllerUrl": _TEXT},
)
KANTARA_SCHEMA = _object(
    {
        "version": {"const": "KI-CR-v1.1.0"},
        "jurisdiction": _TEXT,
        "consentTimestamp": {"type": "integer", "minimum": 0},
        "collectionMethod": _TEXT,
        "consentReceiptID": _TEXT,
        "piiPrincipalId": _TEXT,
        "piiControllers": _each(_CONTROLLER, minItems=1),
        "policyUrl": _TEXT,
        "services": _each(_object({"service": _TEXT, "purposes": _each(_PURPOSE, minItems=1)}), minItems=1),
        "sensitive": {"type": "boolean"},
        "spiCat": _each({"enum": KANTARA_DATA}),
    },
    {"publicKey": _TEXT, "language": {"type": "string", "pattern": "^[a-z]{2}"}},
)

DPV = "https://w3id.org/dpv#"
GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"

_DPV = (
    # agreements with those who get data
    "ConfidentialityAgreement DataProcessingAgreement Disclose "
    # consent: states, controls, records
    "Consent ConsentControl ConsentExpired ConsentGiven ConsentInvalidated ConsentManagement ConsentNotice "
    "ConsentReceipt ConsentRecord ConsentRefused ConsentRequestDeferred ConsentRequested ConsentRevoked ConsentStatus "
    "ConsentStatusInvalidForProcessing ConsentStatusValidForProcessing ConsentUnknown ConsentWithdrawn "
    "ExplicitlyExpressedConsent ExpressedConsent ImpliedConsent InformedConsent ManageConsent ObtainConsent "
    "ProvideConsent ReaffirmConsent RefuseConsent RenewedConsentGiven UninformedConsent WithdrawConsent "
    # what becomes of other bases
    "LegalObligationCompleted LegalObligationOngoing LegalObligationPending LegalObligationStatus "
    "LegitimateInterestInformed LegitimateInterestNotObjected LegitimateInterestObjected LegitimateInterestStatus "
    "LegitimateInterestUninformed OfficialAuthorityExerciseStatus PublicInterestCompleted PublicInterestObjected "
    "PublicInterestOngoing PublicInterestPending PublicInterestStatus Status VitalInterestCompleted "
    "VitalInterestObjected VitalInterestOngoing VitalInterestPending VitalInterestStatus "
    # entities, data, rights, storage
    "Authority DataController DataProcessor DataSubject DataSubjectRight Entity LegalBasis Notice PersonalData "
    "PrivacyNotice Process Processing Purpose Recipient Right SensitivePersonalData SpecialCategoryPersonalData "
    "StorageCondition StorageDeletion StorageDuration StorageLocation ThirdParty Duration EndlessDuration "
    "FixedOccurrencesDuration TemporalDuration UntilEventDuration UntilTimeDuration "
    # purposes
    "AcademicResearch AccountManagement Advertising AgeVerification CombatClimateChange CommercialPurpose "
    "CommercialResearch CommunicationForCustomerCare CommunicationManagement CounterMoneyLaundering Counterterrorism "
    "CustomerCare CustomerClaimsManagement CustomerManagement CustomerOrderManagement CustomerRelationshipManagement "
    "CustomerSolvencyMonitoring DataAltruism DeliveryOfGoods DirectMarketing DisputeManagement EnforceAccessControl "
    "EnforceSecurity EstablishContractualAgreement FraudPreventionAndDetection FulfilmentOfContractualObligation "
    "FulfilmentOfObligation HumanResourceManagement IdentityAuthentication IdentityVerification "
    "ImproveExistingProductsAndServices ImproveHealthcare ImproveInternalCRMProcesses ImprovePublicServices "
    "ImproveTransportMobility IncreaseServiceRobustness InternalResourceOptimisation LegalCompliance "
    "MaintainFraudDatabase Marketing MemberPartnerManagement MisusePreventionAndDetection NonCommercialPurpose "
    "NonCommercialResearch OptimisationForConsumer OptimisationForController OptimiseUserInterface "
    "OrganisationComplianceManagement OrganisationGovernance OrganisationRiskManagement PaymentManagement "
    "Personalisation PersonalisedAdvertising PersonalisedBenefits PoliticalCampaign ProtectionOfIPR "
    "ProtectionOfNationalSecurity ProtectionOfPublicSecurity ProvideEventRecommendations ProvideOfficialStatistics "
    "ProvidePersonalisedRecommendations ProvideProductRecommendations PublicBenefit PublicPolicyMaking PublicRelations "
    "RecordManagement RepairImpairments RequestedServiceProvision ResearchAndDevelopment RightsFulfilment "
    "ScientificResearch SearchFunctionalities SellDataToThirdParties ServiceOptimisation ServicePersonalisation "
    "ServiceProvision ServiceUsageAnalytics SocialMediaMarketing TargetedAdvertising "
    # properties
    "hasActiveEntity hasActivityStatus hasAddress hasAlgorithmicLogic hasApplicability hasApplicableLaw hasAssessment "
    "hasAuditStatus hasAuthority hasAutomationLevel hasComplianceStatus hasConsentControl hasConsentStatus "
    "hasConsequence hasConsequenceOn hasContact hasContext hasContractStatus hasCountry hasData hasDataController "
    "hasDataExporter hasDataImporter hasDataProcessor hasDataProtectionOfficer hasDataSource hasDataSubject "
    "hasDataSubjectScale hasDataVolume hasDuration hasEntity hasEntityControl hasEntityInvolvement hasExpectation "
    "hasFee hasFrequency hasFulfilmentStatus hasGeographicCoverage hasHumanInvolvement hasHumanSubject hasIdentifier "
    "hasImpact hasImpactAssessment hasImpactOn hasImportance hasIndicationMethod hasInformedStatus hasIntention "
    "hasInvolvement hasJointDataControllers hasJurisdiction hasJustification hasLawfulness hasLegalBasis "
    "hasLegalMeasure hasLikelihood hasLocation hasName hasNecessity hasNotice hasNoticeIcon hasNoticeLayer "
    "hasNoticeStatus hasNotificationStatus hasObligation hasOrganisationalMeasure hasOrganisationalUnit hasOutcome "
    "hasParty hasPermission hasPersonalData hasPersonalDataHandling hasPersonalDataProcess hasPolicy hasProcess "
    "hasProcessing hasProcessingCondition hasProcessingScale hasProhibition hasPurpose hasRecipient "
    "hasRecipientDataController hasRecipientThirdParty hasRecommendation hasRecordOfActivity "
    "hasRelationWithDataSubject hasRepresentative hasRequestStatus hasResponsibleEntity hasRight hasRisk hasRule "
    "hasScale hasScope hasSector hasSensitivityLevel hasService hasServiceConsumer hasServiceProvider hasSeverity "
    "hasStatus hasStorageCondition hasSubsidiary hasTechnicalMeasure hasTechnicalOrganisationalMeasure "
    "hasThirdCountry hasThirdParty isAfter isApplicableFor isAuthorityFor isBefore isDeterminedByEntity isDuring "
    "isExercisedAt isImplementedByEntity isImplementedUsingTechnology isIndicatedAtTime isIndicatedBy "
    "isNotApplicableFor isPolicyFor isRepresentativeFor isSubsidiaryOf"
)
_GDPR = (
    "A6-1-a A6-1-a-explicit-consent A6-1-a-non-explicit-consent A6-1-b A6-1-b-contract-performance "
    "A6-1-b-enter-into-contract A6-1-c A6-1-d A6-1-d-data-subject A6-1-d-natural-person A6-1-e "
    "A6-1-e-official-authority A6-1-e-public-interest A6-1-f A6-1-f-controller A6-1-f-third-party A7-3 A9-2-a A9-2-b "
    "A9-2-c A9-2-d A9-2-e A9-2-f A9-2-g A9-2-h A9-2-i A9-2-j A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A22-3-a A22-3-b "
    "A22-3-c A77 A78 A79 Consent"
)
_PROFILE = "record receipt record-eu-gdpr receipt-eu-gdpr"
TERMS = {space: frozenset(names.split()) for space, names in ((DPV, _DPV), (GDPR, _GDPR), (PROFILE, _PROFILE))}
