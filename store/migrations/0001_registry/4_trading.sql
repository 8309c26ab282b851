-- All tables of this part, unit_block, unit_event and balance are made by posts of the journal, and
-- can be made again from it.

-- A deal: proposed by one person, decided by another.
CREATE TABLE trade (
    trade_id     INTEGER PRIMARY KEY,
    kind         TEXT    NOT NULL CHECK (kind = 'purchase' OR kind = 'resale' OR
                 kind = 'transfer' OR kind = 'retirement' OR kind = 'cancellation' OR
                 kind = 'pledge' OR kind = 'release' OR kind = 'enforcement' OR kind = 'option' OR
                 kind = 'exercise' OR kind = 'forward' OR kind = 'subscription' OR
                 kind = 'delivery' OR kind = 'listing' OR kind = 'acceptance' OR
                 kind = 'reversal' OR kind = 'correction'),
    state        TEXT    NOT NULL CHECK (state = 'proposed' OR state = 'approved' OR
                 state = 'rejected' OR state = 'expired'),
    of_trade_id  INTEGER REFERENCES trade (trade_id) DEFERRABLE INITIALLY DEFERRED,
                                                          -- the deal that this one acts upon
    seller_id    INTEGER REFERENCES party (party_id),     -- NULL: several (purchase of packages)
    buyer_id     INTEGER REFERENCES party (party_id),     -- NULL: retirement
    tonnes       INTEGER NOT NULL CHECK (tonnes >= 0),
    price_fen    INTEGER CHECK (price_fen >= 0),          -- per tonne; NULL: lump sum or none
    amount_fen   INTEGER NOT NULL CHECK (amount_fen >= 0), -- tax-inclusive
    tax_rate     TEXT    NOT NULL,                        -- per cent, '6'; '0' when there is none
    tax_fen      INTEGER NOT NULL CHECK (tax_fen >= 0),
    net_fen      INTEGER NOT NULL CHECK (net_fen + tax_fen = amount_fen),
    beneficiary      TEXT,
    beneficiary_uscc TEXT,
    purpose      TEXT CHECK (purpose = 'offset' OR purpose = 'product' OR purpose = 'event' OR
                 purpose = 'donation'),
    note         TEXT,
    draw         TEXT CHECK (draw IN ('pro_rata', 'oldest')), -- of a purchase: how sales leave its
                                                          -- pool
    on_date      TEXT    NOT NULL,
    expires_on   TEXT,                                    -- last day of a proposal; NULL: none
    proposed_by  TEXT    NOT NULL REFERENCES user_account (login),
    decided_by   TEXT    REFERENCES user_account (login) DEFERRABLE INITIALLY DEFERRED,
                                                          -- NULL while proposed, and when it expired
    decided_on   TEXT,
    reason       TEXT,                                    -- of a rejection
    alone_rule_id INTEGER REFERENCES county_rule (rule_id) DEFERRABLE INITIALLY DEFERRED,
                                                          -- by which one person sufficed
    seq          INTEGER NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by OR state = 'rejected'
           OR alone_rule_id IS NOT NULL)
) STRICT;
-- What waits for a decision, and until when.
CREATE INDEX trade_proposed ON trade (expires_on) WHERE state = 'proposed';
-- What one person alone carried out, newest first: how much was it today?
CREATE INDEX trade_alone ON trade (decided_by, seq) WHERE alone_rule_id IS NOT NULL;
-- Deals of a buyer, say with one seller so far.
CREATE INDEX trade_buyer ON trade (buyer_id);
-- What acts upon a deal.
CREATE INDEX trade_of ON trade (of_trade_id) WHERE of_trade_id IS NOT NULL;
-- Deals that a correction took back.
CREATE VIEW corrected AS
SELECT of_trade_id AS trade_id FROM trade
WHERE kind = 'correction' AND state = 'approved' AND of_trade_id IS NOT NULL;

-- Units promised to a deal: placed, then posted (handed over) or released, in parts or whole. What
-- a lock still holds, placed_t - posted_t - released_t, are the blocks that name it and forecast_t
-- tonnes that are expected.
CREATE TABLE unit_lock (
    lock_id    INTEGER PRIMARY KEY REFERENCES trade (trade_id), -- the deal for which it was placed
    owner_id   INTEGER REFERENCES party (party_id),          -- of the units; NULL: several
    placed_t   INTEGER NOT NULL CHECK (placed_t > 0),
    posted_t   INTEGER NOT NULL DEFAULT 0 CHECK (posted_t >= 0),
    released_t INTEGER NOT NULL DEFAULT 0 CHECK (released_t >= 0),
    expires_on TEXT,                                         -- of an approved deal; NULL: with it
    source_id  INTEGER REFERENCES unit_lock (lock_id),       -- whence its units; NULL: held ones
    forecast_id INTEGER REFERENCES forecast (forecast_id),   -- expected tonnes that it promises too
    forecast_t INTEGER NOT NULL DEFAULT 0 CHECK (forecast_t >= 0), -- of them still expected
    seq        INTEGER NOT NULL,
    CHECK (posted_t + released_t + forecast_t <= placed_t),
    CHECK (forecast_id IS NOT NULL OR forecast_t = 0)
) STRICT;
-- Approved deals that end by themselves. Proposals have no day here, so that most locks never stand
-- in it.
CREATE INDEX unit_lock_ends ON unit_lock (expires_on)
    WHERE expires_on IS NOT NULL AND posted_t + released_t < placed_t;

-- Up to what a login may approve, from a day on; the newest row of a login counts. No row: no limit.
CREATE TABLE user_limit (
    limit_id   INTEGER PRIMARY KEY,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    from_on    TEXT    NOT NULL,
    amount_fen INTEGER CHECK (amount_fen >= 0),            -- tax-inclusive; NULL: any
    tonnes     INTEGER CHECK (tonnes >= 0),                -- NULL: any
    seq        INTEGER NOT NULL
) STRICT;
CREATE INDEX user_limit_login ON user_limit (login, from_on, limit_id);

-- A trade's share by package and pool: who sells, how many tonnes, what they cost and bring.
CREATE TABLE trade_line (
    trade_id   INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal    INTEGER NOT NULL,
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    pool_id    INTEGER REFERENCES trade (trade_id),       -- resale: the pool it draws on
    seller_id  INTEGER NOT NULL REFERENCES party (party_id),
    tonnes     INTEGER NOT NULL CHECK (tonnes > 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),  -- tax-inclusive share
    cost_fen   INTEGER NOT NULL CHECK (cost_fen >= 0),    -- what these units cost the seller, of a
                                                          -- purchase the bank, net of tax
    PRIMARY KEY (trade_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What a proposal of the side that gains is about, while no lock holds it: units by package and pool,
-- or tonnes of a forecast. Its approval makes trade lines and a lock of them.
CREATE TABLE offer_line (
    trade_id    INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal     INTEGER NOT NULL,
    package_id  INTEGER REFERENCES package (package_id),
    pool_id     INTEGER REFERENCES trade (trade_id),      -- the purchase it is to draw on
    forecast_id INTEGER REFERENCES forecast (forecast_id),
    tonnes      INTEGER NOT NULL CHECK (tonnes > 0),
    amount_fen  INTEGER NOT NULL CHECK (amount_fen >= 0), -- tax-inclusive share
    cost_fen    INTEGER NOT NULL CHECK (cost_fen >= 0),   -- on the day of the offer
    PRIMARY KEY (trade_id, ordinal),
    CHECK ((package_id IS NULL) = (forecast_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Stock of a pool by package: what was bought, and what left it or is promised to. Derived from the
-- trade lines, kept by the same transaction.
CREATE TABLE pool_share (
    pool_id    INTEGER NOT NULL REFERENCES trade (trade_id), -- the deal that brought it
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    owner_id   INTEGER NOT NULL REFERENCES party (party_id), -- the bank that bought
    bought_on  TEXT    NOT NULL,
    bought_t   INTEGER NOT NULL CHECK (bought_t > 0),        -- contributed to the pool
    cost_fen   INTEGER NOT NULL CHECK (cost_fen >= 0),       -- of all of them, net of tax
    sold_t     INTEGER NOT NULL DEFAULT 0 CHECK (sold_t >= 0), -- by resales, proposed or approved
    sold_cost_fen INTEGER NOT NULL DEFAULT 0 CHECK (sold_cost_fen >= 0),
    used_t     INTEGER NOT NULL DEFAULT 0 CHECK (used_t >= 0), -- retired by the owner, or about to be
    is_open    INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)), -- sold_t + used_t < bought_t, by
                                                             -- the trigger pool_share_turns
    PRIMARY KEY (pool_id, package_id),
    CHECK (sold_t + used_t <= bought_t)
) STRICT, WITHOUT ROWID;
-- What a bank may still sell, oldest purchase first.
CREATE INDEX pool_share_open ON pool_share (owner_id, bought_on, pool_id, package_id)
    WHERE is_open = 1;
CREATE TRIGGER pool_share_turns AFTER UPDATE OF bought_t, sold_t, used_t ON pool_share
WHEN NEW.is_open <> (NEW.sold_t + NEW.used_t < NEW.bought_t)
BEGIN
    UPDATE pool_share SET is_open = 1 - NEW.is_open
        WHERE pool_id = NEW.pool_id AND package_id = NEW.package_id;
END;

-- Money that arrived for a trade.
CREATE TABLE receipt (
    receipt_id INTEGER PRIMARY KEY,
    trade_id   INTEGER NOT NULL REFERENCES trade (trade_id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    on_date    TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_trade ON receipt (trade_id);

-- A receipt that was confirmed wrongly is taken back by another person, and counts no more.
CREATE TABLE receipt_withdrawal (
    receipt_id INTEGER PRIMARY KEY REFERENCES receipt (receipt_id),
    on_date    TEXT    NOT NULL,                             -- of its legs that move the money back
    reason     TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;
-- Receipts that count.
CREATE VIEW receipt_standing AS
SELECT * FROM receipt WHERE receipt_id NOT IN (SELECT receipt_id FROM receipt_withdrawal);

-- Double entry in CNY: claims and cash of parties; the legs of one journal entry sum to zero.
CREATE TABLE money_leg (
    leg_id     INTEGER PRIMARY KEY,
    seq        INTEGER NOT NULL,
    party_id   INTEGER NOT NULL REFERENCES party (party_id),
    account    TEXT    NOT NULL CHECK (account IN ('claim', 'cash')),
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),  -- positive: the party's favour
    on_date    TEXT    NOT NULL,
    trade_id   INTEGER REFERENCES trade (trade_id),
    memo       TEXT    NOT NULL                           -- message key, 'money.purchase'
) STRICT;
-- The account of a party.
CREATE INDEX money_leg_party ON money_leg (party_id, leg_id);
-- What is open of a deal.
CREATE INDEX money_leg_trade ON money_leg (trade_id, party_id) WHERE trade_id IS NOT NULL;

-- How net revenue is shared, as agreed and dated.
CREATE TABLE revenue_term (
    term_id     INTEGER PRIMARY KEY,
    from_on     TEXT    NOT NULL,
    to_on       TEXT,                                     -- NULL: open
    basis       TEXT    NOT NULL CHECK (basis IN ('gross', 'net_of_cost', 'net_of_costs')),
    ratio       TEXT    NOT NULL,                         -- per cent, '70'
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    scope       TEXT CHECK (scope IN ('kind', 'holder', 'pool', 'package')), -- NULL: all sales
    scope_id    INTEGER,                                  -- party, trade or package
    scope_kind  TEXT,                                     -- of parcels
    seq         INTEGER NOT NULL,
    CHECK (to_on IS NULL OR to_on >= from_on),
    CHECK ((scope_id IS NOT NULL) = (scope IS NOT NULL AND scope <> 'kind')),
    CHECK ((scope_kind IS NOT NULL) = (scope IS NOT NULL AND scope = 'kind'))
) STRICT;

CREATE TABLE revenue_term_split (
    term_id  INTEGER NOT NULL REFERENCES revenue_term (term_id),
    ordinal  INTEGER NOT NULL,
    party_kind TEXT  NOT NULL,                            -- 'member': of the village or cooperative
    party_id INTEGER REFERENCES party (party_id),         -- this very one; NULL: by place
    share    TEXT    NOT NULL,                            -- fraction; the shares of a term sum to 1
    PRIMARY KEY (term_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Costs that a term of basis net_of_costs takes off a sale. A reserve is set aside for costs that
-- are not known yet, and trued up by reserve_settlement.
CREATE TABLE revenue_deduction (
    deduction_id INTEGER PRIMARY KEY,
    trade_id    INTEGER NOT NULL REFERENCES trade (trade_id),
    kind        TEXT    NOT NULL CHECK (kind IN ('tax', 'insurance', 'verification', 'fee',
                    'reserve')),
    amount_fen  INTEGER NOT NULL CHECK (amount_fen > 0),
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    seq         INTEGER NOT NULL
) STRICT;

-- One run of revenue back to the villages, with its amounts as proposed. Its rows reserve the
-- receipts they take until distribution_decision says otherwise; nothing is owed before that.
CREATE TABLE distribution (
    distribution_id INTEGER PRIMARY KEY,
    through_on TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;

-- What a distribution took from each sale; sums over distributions never exceed the receipts.
CREATE TABLE distribution_sale (
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    trade_id        INTEGER NOT NULL REFERENCES trade (trade_id),
    term_id         INTEGER NOT NULL REFERENCES revenue_term (term_id),
    receipts_fen    INTEGER NOT NULL,                     -- confirmed now, tax-inclusive
    tax_fen         INTEGER NOT NULL,
    cost_fen        INTEGER NOT NULL,
    deductions_fen  INTEGER NOT NULL,
    net_fen         INTEGER NOT NULL,                     -- a loss is shown, pays nothing
    distributed_fen INTEGER NOT NULL CHECK (distributed_fen >= 0),
    kept_fen        INTEGER NOT NULL,
    PRIMARY KEY (distribution_id, trade_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX distribution_sale_trade ON distribution_sale (trade_id);
CREATE INDEX revenue_deduction_trade ON revenue_deduction (trade_id);

CREATE TABLE distribution_payment (
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    trade_id        INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal         INTEGER NOT NULL,
    party_id        INTEGER NOT NULL REFERENCES party (party_id),
    group_id        INTEGER REFERENCES party (party_id),  -- whose member the party is; NULL: itself
    share           TEXT,                                 -- in the group, '4/429'
    weight_t        INTEGER NOT NULL,                     -- contributed tonnes of the pool
    amount_fen      INTEGER NOT NULL CHECK (amount_fen >= 0),
    PRIMARY KEY (distribution_id, trade_id, ordinal),
    CHECK ((group_id IS NULL) = (share IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX distribution_payment_party ON distribution_payment (party_id);

