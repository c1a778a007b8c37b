"""Names of things: every identifier is text with a type of its own, so that one cannot stand in for another."""

from typing import NewType

BotId = NewType("BotId", str)
"""The name of a bot in the owner's settings (its username without the at sign)."""
NetworkId = NewType("NetworkId", str)
"""Bots that share one balance and one set of plans; by default a bot is its own network."""
CustomerId = NewType("CustomerId", str)
TelegramId = NewType("TelegramId", int)
"""Telegram's numeric user id: the only identity we trust (names are given away and taken over)."""
PaymentId = NewType("PaymentId", str)
EvidenceId = NewType("EvidenceId", str)
"""``<gateway>:<the gateway's own id>``: natural, so that the same notice is the same row."""
AvatarId = NewType("AvatarId", str)
TrainingId = NewType("TrainingId", str)
PortraitOrderId = NewType("PortraitOrderId", str)
QuoteId = NewType("QuoteId", str)
EventId = NewType("EventId", str)
PlanCode = NewType("PlanCode", str)
PackCode = NewType("PackCode", str)
TrainerCode = NewType("TrainerCode", str)
StyleCode = NewType("StyleCode", str)
GatewayCode = NewType("GatewayCode", str)
PhotoRef = NewType("PhotoRef", str)
"""Where a photo, an archive or a portrait lies in the photo store: a relative, opaque path."""
ProviderRunId = NewType("ProviderRunId", str)
"""The provider's own id of a training or a prediction."""
MessageId = NewType("MessageId", int)
