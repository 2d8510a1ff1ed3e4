//! The closed vocabularies of facts: every code a fact may carry, in stable order.
//!
//! A code's place in its list is stored; lists only ever grow at the end.

/// One closed vocabulary.
pub trait Code: Copy + Eq + std::fmt::Debug + 'static {
    /// The name of the attribute that carries it, as in the catalogue's `where` and `by`.
    const ATTRIBUTE: &'static str;
    /// All codes, in stable order.
    const ALL: &'static [Self];

    /// The code as written in facts.
    fn code(self) -> &'static str;

    /// Its place in [`Code::ALL`].
    fn index(self) -> u8;

    /// The value of that code.
    fn of(code: &str) -> Option<Self>;
}

/// An attribute of an event, told apart from its type: what the catalogue needs to know of it.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// Its codes, in stable order.
    pub codes: fn() -> Vec<&'static str>,
}

impl Attribute {
    /// The attribute that carries a vocabulary.
    pub const fn of<C: Code>() -> Attribute {
        Attribute { name: C::ATTRIBUTE, codes: || C::ALL.iter().map(|one| one.code()).collect() }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident as $attribute:literal { $($variant:ident = $code:literal,)+ })+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[allow(missing_docs)]
        pub enum $name { $($variant,)+ }

        impl Code for $name {
            const ATTRIBUTE: &'static str = $attribute;
            const ALL: &'static [Self] = &[$($name::$variant,)+];

            fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            fn index(self) -> u8 {
                self as u8
            }

            fn of(code: &str) -> Option<Self> {
                match code {
                    $($code => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    )+ };
}

codes! {
    /// Where a household stands, as decided by the review (Decree 07/2021, Art. 3).
    Standing as "standing" {
        Poor = "poor",
        NearPoor = "near_poor",
        Above = "above",
    }

    /// Why a household was classified anew.
    Cause as "cause" {
        Review = "review",
        Standard = "standard",
    }

    /// What is known of a household beside its standing.
    Trait as "trait" {
        IncomePoor = "income_poor",
        EthnicMinority = "ethnic_minority",
        Merit = "merit",
        NoLabour = "no_labour",
        HousingDifficulty = "housing_difficulty",
        CleanWaterDifficulty = "clean_water_difficulty",
    }

    /// The class a beneficiary is declared to belong to at the time.
    Class as "class" {
        Poor = "poor",
        NearPoor = "near_poor",
        NewlyEscaped = "newly_escaped",
        Other = "other",
    }

    /// Why the number of persons changed.
    SizeCause as "size_cause" {
        Birth = "birth",
        Death = "death",
        Marriage = "marriage",
        Split = "split",
        Merge = "merge",
        Other = "other",
    }

    /// Why a household ended.
    EndCause as "end_cause" {
        Death = "death",
        Merge = "merge",
        Duplicate = "duplicate",
        Other = "other",
    }

    /// Whether a household registered to exit has an official or party member assigned to it.
    Sponsor as "sponsor" {
        None = "none",
        Assigned = "assigned",
    }

    /// What is built.
    Construction as "construction" {
        New = "new",
        Repair = "repair",
    }

    /// Whose money it is.
    Fund as "fund" {
        Unspecified = "unspecified",
        CentralBudget = "central_budget",
        ProvincialBudget = "provincial_budget",
        DistrictBudget = "district_budget",
        CommuneBudget = "commune_budget",
        ProvincialDisasterReliefFund = "provincial_disaster_relief_fund",
        FundForThePoor = "fund_for_the_poor",
        FarmersAssociation = "farmers_association",
        WomensUnion = "womens_union",
        PolicyBank = "policy_bank",
        Community = "community",
        Several = "several",
        Other = "other",
    }

    /// Lending programme of the Bank for Social Policies.
    Programme as "programme" {
        PoorHousehold = "poor_household",
        NearPoorHousehold = "near_poor_household",
        NewlyEscapedHousehold = "newly_escaped_household",
        CleanWaterAndSanitation = "clean_water_and_sanitation",
        DifficultAreaBusiness = "difficult_area_business",
        JobCreation = "job_creation",
        Student = "student",
        SocialHousing = "social_housing",
        LabourExport = "labour_export",
        EthnicMinority = "ethnic_minority",
        Other = "other",
    }

    /// What the loan is for.
    Purpose as "purpose" {
        HouseholdEconomy = "household_economy",
        ProductionAndBusiness = "production_and_business",
        SanitationAndWater = "sanitation_and_water",
        JobCreation = "job_creation",
        Study = "study",
        Housing = "housing",
        LabourExport = "labour_export",
        Other = "other",
    }

    /// Which policy a support belongs to.
    SupportKind as "kind" {
        HealthCard = "health_card",
        HealthVisit = "health_visit",
        Tuition = "tuition",
        StudyCost = "study_cost",
        Boarding = "boarding",
        Lunch = "lunch",
        Electricity = "electricity",
        Rice = "rice",
        Emergency = "emergency",
        Toilet = "toilet",
        Water = "water",
        Land = "land",
        Livelihood = "livelihood",
        BreedingAnimal = "breeding_animal",
        CassavaCutting = "cassava_cutting",
        Seed = "seed",
        LabourDay = "labour_day",
        Job = "job",
        VocationalTraining = "vocational_training",
        Allowance = "allowance",
        TetGift = "tet_gift",
        Other = "other",
    }

    /// The legal or social group that a support was given to.
    Group as "group" {
        Unspecified = "unspecified",
        Poor = "poor",
        NearPoor = "near_poor",
        PoorAndNearPoor = "poor_and_near_poor",
        IncomePoor = "income_poor",
        NewlyEscaped = "newly_escaped",
        EthnicMinority = "ethnic_minority",
        KinhInRegion3 = "kinh_in_region_3",
        Merit = "merit",
        Member = "member",
        Other = "other",
    }

    /// Who carried it out.
    Organiser as "organiser" {
        Unspecified = "unspecified",
        Government = "government",
        WomensUnion = "womens_union",
        FarmersAssociation = "farmers_association",
        FatherlandFront = "fatherland_front",
        YouthUnion = "youth_union",
        RedCross = "red_cross",
        PolicyBank = "policy_bank",
        Other = "other",
    }

    /// On what occasion or through which channel.
    Occasion as "occasion" {
        Unspecified = "unspecified",
        Regular = "regular",
        Tet = "tet",
        LeanSeason = "lean_season",
        Disaster = "disaster",
        Accident = "accident",
        JobCredit = "job_credit",
        PublicService = "public_service",
        SelfEmployment = "self_employment",
        LabourExport = "labour_export",
        Exemption = "exemption",
        Reduction = "reduction",
    }

    /// What a quantity is counted in.
    CountedIn as "counted_in" {
        Household = "household",
        Person = "person",
        Card = "card",
        Visit = "visit",
        Student = "student",
        Kilogram = "kg",
        Animal = "animal",
        Bundle = "bundle",
        LabourDay = "labour_day",
        Gift = "gift",
        SquareMetre = "m2",
    }

    /// What kind of activity was held, made or handed out.
    ActivityKind as "kind" {
        BroadcastProgramme = "broadcast_programme",
        NewsItem = "news_item",
        NewsArticle = "news_article",
        Leaflet = "leaflet",
        MediaReport = "media_report",
        RadioBulletin = "radio_bulletin",
        Document = "document",
        TrainingClass = "training_class",
        Dialogue = "dialogue",
        StudyTour = "study_tour",
        Inspection = "inspection",
        AgencyAssignment = "agency_assignment",
        VocationalDemand = "vocational_demand",
        RecruitmentNotice = "recruitment_notice",
        Other = "other",
    }

    /// What an activity was about.
    Topic as "topic" {
        Unspecified = "unspecified",
        PovertyPolicy = "poverty_policy",
        Credit = "credit",
        Health = "health",
        Nutrition = "nutrition",
        Employment = "employment",
        OverseasWork = "overseas_work",
        AccidentInsurance = "accident_insurance",
        Other = "other",
    }

    /// What money is allocated to or disbursed for.
    Project as "project" {
        EntrustedCredit = "entrusted_credit",
        Infrastructure = "infrastructure",
        Livelihood = "livelihood",
        Production = "production",
        Nutrition = "nutrition",
        VocationalTraining = "vocational_training",
        LabourAbroad = "labour_abroad",
        Employment = "employment",
        Housing = "housing",
        Information = "information",
        Capacity = "capacity",
        Sedentarisation = "sedentarisation",
        ExtensionModels = "extension_models",
        Toilets = "toilets",
        Other = "other",
    }

    /// Investment or recurrent spending.
    Nature as "nature" {
        Unspecified = "unspecified",
        Investment = "investment",
        Recurrent = "recurrent",
    }

    /// Who decided a target.
    Authority as "set_by" {
        Government = "government",
        ProvincialCouncil = "provincial_council",
        Province = "province",
        DistrictCouncil = "district_council",
        DistrictCommittee = "district_committee",
        Commune = "commune",
    }

    /// How far a reported value has been confirmed (Law on Statistics 89/2015, Art. 3 and 48).
    Confirmation as "level" {
        Estimate = "estimate",
        Preliminary = "preliminary",
        Official = "official",
    }

    /// What the words around a reported number say of it.
    Qualifier as "qualifier" {
        Exact = "exact",
        AtLeast = "at_least",
        Over = "over",
        Nearly = "nearly",
        About = "about",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_a_closed_list<C: Code>() {
        for (index, one) in C::ALL.iter().enumerate() {
            assert_eq!(usize::from(one.index()), index);
            assert_eq!(C::of(one.code()), Some(*one), "{} is written twice", one.code());
        }
        assert!(C::ALL.len() <= 64, "a filter is a mask of 64 bits");
        assert_eq!(C::of(""), None);
    }

    #[test]
    fn every_list_tells_its_codes_apart() {
        is_a_closed_list::<Standing>();
        is_a_closed_list::<Class>();
        is_a_closed_list::<Fund>();
        is_a_closed_list::<Programme>();
        is_a_closed_list::<Purpose>();
        is_a_closed_list::<SupportKind>();
        is_a_closed_list::<Group>();
        is_a_closed_list::<Organiser>();
        is_a_closed_list::<Occasion>();
        is_a_closed_list::<CountedIn>();
        is_a_closed_list::<ActivityKind>();
        is_a_closed_list::<Topic>();
        is_a_closed_list::<Project>();
        is_a_closed_list::<Authority>();
    }
}
