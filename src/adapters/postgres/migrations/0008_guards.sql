-- What is never done to rows, whoever asks: the books and what they rest on are kept for ever, and what has ended or was
-- agreed stays as it is.  Only the schema's owner could switch these off, and the program need not run as the owner.
--
-- A trigger with a WHEN is asked without a call, and one on columns that a statement does not set is not asked at all: so
-- the writes of every day, which set only what can change, pay next to nothing.

CREATE TRIGGER accounts_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER holds_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.holds
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER evidence_is_for_ever BEFORE DELETE OR TRUNCATE ON avatar.evidence
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER payments_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.payments
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER subscriptions_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.subscriptions
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER trainings_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.trainings
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER portrait_orders_are_for_ever BEFORE DELETE OR TRUNCATE ON avatar.portrait_orders
    FOR EACH STATEMENT EXECUTE FUNCTION avatar.refuse_change();

-- Evidence: everything but the verdict, and the verdict too once the money is credited.
CREATE TRIGGER evidence_stays
    BEFORE UPDATE OF id, gateway, charge, price, raw, received_at, bot, payment_id, payment_number, payer
    ON avatar.evidence FOR EACH ROW WHEN (
    (OLD.id, OLD.gateway, OLD.charge, OLD.price, OLD.raw, OLD.received_at, OLD.bot, OLD.payment_id,
        OLD.payment_number, OLD.payer)
    IS DISTINCT FROM (NEW.id, NEW.gateway, NEW.charge, NEW.price, NEW.raw, NEW.received_at, NEW.bot, NEW.payment_id,
        NEW.payment_number, NEW.payer)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER evidence_verdict_stays BEFORE UPDATE OF status ON avatar.evidence FOR EACH ROW WHEN (
    (OLD.status = 'SETTLED' AND NEW.status <> 'SETTLED') OR (OLD.status = 'QUARANTINED' AND NEW.status = 'RECEIVED')
) EXECUTE FUNCTION avatar.refuse_change();

-- A payment is what was agreed when its invoice was made; once it is paid, it is paid, by that charge.
CREATE TRIGGER payments_stay
    BEFORE UPDATE OF id, number, customer, network, purpose, price, stars, gateway, created_at
    ON avatar.payments FOR EACH ROW WHEN (
    (OLD.id, OLD.number, OLD.customer, OLD.network, OLD.purpose, OLD.price, OLD.stars, OLD.gateway, OLD.created_at)
    IS DISTINCT FROM
    (NEW.id, NEW.number, NEW.customer, NEW.network, NEW.purpose, NEW.price, NEW.stars, NEW.gateway, NEW.created_at)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER payments_stay_paid BEFORE UPDATE OF status, charge, settled_at ON avatar.payments FOR EACH ROW WHEN (
    (OLD.status = 'COMPLETED' AND (OLD.status, OLD.charge, OLD.settled_at)
        IS DISTINCT FROM (NEW.status, NEW.charge, NEW.settled_at))
    OR (OLD.status <> 'PENDING' AND NEW.status = 'PENDING')
) EXECUTE FUNCTION avatar.refuse_change();

-- A hold takes and gives, and never takes back what it gave.
CREATE TRIGGER holds_stay
    BEFORE UPDATE OF "order", customer, service, amount, deadline ON avatar.holds FOR EACH ROW WHEN (
    (OLD."order", OLD.customer, OLD.service, OLD.amount, OLD.deadline)
    IS DISTINCT FROM (NEW."order", NEW.customer, NEW.service, NEW.amount, NEW.deadline)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER holds_take_nothing_back BEFORE UPDATE OF captured, released, refunded ON avatar.holds FOR EACH ROW WHEN (
    (NEW.captured).hundredths < (OLD.captured).hundredths
    OR (NEW.released).hundredths < (OLD.released).hundredths
    OR (NEW.refunded).hundredths < (OLD.refunded).hundredths
) EXECUTE FUNCTION avatar.refuse_change();

-- An order's price is what was quoted from the moment it was ordered; how it ended stays.
CREATE TRIGGER trainings_stay
    BEFORE UPDATE OF id, customer, network, created_at ON avatar.trainings FOR EACH ROW WHEN (
    (OLD.id, OLD.customer, OLD.network, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.customer, NEW.network, NEW.created_at)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER trainings_stay_ordered BEFORE UPDATE OF avatar, plan, run ON avatar.trainings FOR EACH ROW WHEN (
    ((OLD.run).requested_at IS NOT NULL AND (OLD.avatar, OLD.plan, (OLD.run).requested_at)
        IS DISTINCT FROM (NEW.avatar, NEW.plan, (NEW.run).requested_at))
    OR ((OLD.run).status IN ('SUCCEEDED', 'FAILED', 'CANCELED') AND OLD.run IS DISTINCT FROM NEW.run)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER portrait_orders_stay
    BEFORE UPDATE OF id, customer, network, wish, quote, created_at, avatar
    ON avatar.portrait_orders FOR EACH ROW WHEN (
    (OLD.id, OLD.customer, OLD.network, OLD.wish, OLD.quote, OLD.created_at, OLD.avatar)
    IS DISTINCT FROM (NEW.id, NEW.customer, NEW.network, NEW.wish, NEW.quote, NEW.created_at, NEW.avatar)
) EXECUTE FUNCTION avatar.refuse_change();
CREATE TRIGGER portrait_orders_stay_ordered BEFORE UPDATE OF run, images, sources
    ON avatar.portrait_orders FOR EACH ROW WHEN (
    ((OLD.run).requested_at IS NOT NULL AND (OLD.run).requested_at IS DISTINCT FROM (NEW.run).requested_at)
    OR ((OLD.run).status IN ('SUCCEEDED', 'FAILED', 'CANCELED')
        AND (OLD.run, OLD.images, OLD.sources) IS DISTINCT FROM (NEW.run, NEW.images, NEW.sources))
) EXECUTE FUNCTION avatar.refuse_change();
