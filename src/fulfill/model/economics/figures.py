"""The rows of parameters.csv that the economics reads, grouped by the part that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fulfill.model.economics.cancellation import CancellationHazard, ConversionLoss
from fulfill.model.economics.duty import FormalEntry
from fulfill.model.economics.inventory import HoldingRates, StockPolicy
from fulfill.model.economics.last_mile import CrossBorderTerms
from fulfill.model.economics.order_value import ChannelTerms
from fulfill.model.economics.warehouse import capital_recovery


@dataclass(frozen=True)
class Figures:
    """The rows of parameters.csv that the economics reads, grouped by the part that uses them.

    Attributes
    ----------
    entry : FormalEntry
    holding : HoldingRates
    policy : StockPolicy
    crossing : CrossBorderTerms
    hazard : CancellationHazard
    conversion : ConversionLoss
    by_mail, from_site : ChannelTerms
    capital_recovery : float
        Yearly share of a one-off cost.
    importer_setup_usd : float
        One-off cost of an importer in a country, USD.
    """

    entry: FormalEntry
    holding: HoldingRates
    policy: StockPolicy
    crossing: CrossBorderTerms
    hazard: CancellationHazard
    conversion: ConversionLoss
    by_mail: ChannelTerms
    from_site: ChannelTerms
    capital_recovery: float
    importer_setup_usd: float


def read_figures(parameters: Mapping[str, float]) -> Figures:
    """Return the figures of the economics.

    Parameters
    ----------
    parameters : mapping of str to float
        Rows of parameters.csv by name; units as in the data dictionary.
    """
    return Figures(
        entry=FormalEntry(
            entry_value_usd=parameters["entry_value_usd"],
            insurance_rate=parameters["insurance_rate"],
        ),
        holding=HoldingRates(
            goods=parameters["holding_rate"],
            capital=parameters["capital_rate"],
            vat_credit_days=parameters["vat_credit_days"],
        ),
        policy=StockPolicy(
            review_days=parameters["review_days"],
            service_factor=parameters["stock_service_factor"],
            demand_correlation=parameters["demand_correlation"],
        ),
        crossing=CrossBorderTerms(
            fee_usd=parameters["cross_border_fee_usd"], days=parameters["cross_border_days"]
        ),
        hazard=CancellationHazard(
            p0=parameters["cancel_p0"],
            h0=parameters["cancel_h0"],
            lambda_=parameters["cancel_lambda"],
            gamma=parameters["cancel_gamma"],
        ),
        conversion=ConversionLoss(
            reference_days=parameters["conversion_reference_days"],
            eta=parameters["conversion_eta"],
        ),
        by_mail=ChannelTerms(
            dispatch_days=parameters["mail_dispatch_days"],
            payment_loss=parameters["payment_loss_mail"],
            reverse_usd=parameters["reverse_usd_mail"],
            salvage_share=parameters["return_salvage_mail"],
        ),
        from_site=ChannelTerms(
            dispatch_days=parameters["local_dispatch_days"],
            payment_loss=parameters["payment_loss_local"],
            reverse_usd=parameters["reverse_usd_local"],
            salvage_share=parameters["return_salvage_local"],
        ),
        capital_recovery=capital_recovery(parameters["capital_rate"], parameters["horizon_years"]),
        importer_setup_usd=parameters["importer_setup_usd"],
    )
