"""Recurring gifts: versions, pauses, holds, instalments, cards, and the links donors sign in with."""

import sqlalchemy as sa
from alembic import op

from migrations import checks


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_RHYTHMS = ("rhythm IN ('month','quarter','year')", "rhythm IN ('week','month','quarter','year')")
_STATES = (
    "state IN ('pending','active','failing','cancelled','abandoned')",
    "state IN ('pending','active','failing','paused','held','lapsed','cancelled','abandoned')",
)
#: What was collected before instalments were rows.
_FIRST_INSTALMENTS = """
INSERT INTO instalment (id, recurring_gift_id, period_on, state, gift_id, invoice_id, attempts, since_at,
                        amount_minor, currency)
SELECT replace(id, 'gift_', 'inst_'), recurring_gift_id, period_on,
       CASE state WHEN 'failed' THEN 'failed' ELSE 'paid' END, id, invoice_id, 1,
       coalesce(paid_at, started_at), amount_minor + fee_cover_minor, currency
FROM gift
WHERE recurring_gift_id IS NOT NULL AND period_on IS NOT NULL
  AND state IN ('settled', 'partly_refunded', 'refunded', 'failed')
"""


def upgrade() -> None:
    op.create_table('sign_in_link',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('token_digest', sa.Text(), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_sign_in_link_token_digest'))
    )
    op.create_index('ix_sign_in_link_unsent', 'sign_in_link', ['sent_at', 'asked_at'], unique=False)
    op.create_table('card_update',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recurring_gift_id', sa.String(length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checkout_session_id', sa.Text(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['recurring_gift_id'], ['recurring_gift.id'], name=op.f('fk_card_update_recurring_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_update')),
    sa.UniqueConstraint('checkout_session_id', name=op.f('uq_card_update_checkout_session_id'))
    )
    op.create_index(op.f('ix_card_update_recurring_gift_id'), 'card_update', ['recurring_gift_id'], unique=False)
    op.create_table('recurring_gift_hold',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recurring_gift_id', sa.String(length=40), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['recurring_gift_id'], ['recurring_gift.id'], name=op.f('fk_recurring_gift_hold_recurring_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recurring_gift_hold')),
    sa.UniqueConstraint('recurring_gift_id', 'cause', name=op.f('uq_recurring_gift_hold_recurring_gift_id_cause'))
    )
    op.create_table('recurring_gift_pause',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recurring_gift_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('resumes_on', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('pause','skip')", name=op.f('ck_recurring_gift_pause_kind')),
    sa.CheckConstraint('starts_on < resumes_on', name=op.f('ck_recurring_gift_pause_days')),
    sa.ForeignKeyConstraint(['recurring_gift_id'], ['recurring_gift.id'], name=op.f('fk_recurring_gift_pause_recurring_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recurring_gift_pause'))
    )
    op.create_index('ix_recurring_gift_pause_open', 'recurring_gift_pause', ['ended_at', 'resumes_on'], unique=False)
    op.create_index(op.f('ix_recurring_gift_pause_recurring_gift_id'), 'recurring_gift_pause', ['recurring_gift_id'], unique=False)
    op.create_table('recurring_gift_version',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recurring_gift_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('fee_cover_minor', sa.BigInteger(), nullable=False),
    sa.Column('was_minor', sa.BigInteger(), nullable=False),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.Column('resumes_on', sa.Date(), nullable=True),
    sa.Column('is_collected', sa.Boolean(), nullable=False),
    sa.Column('payment_method_id', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint("kind IN ('amount','day','card','paused','resumed','skipped','held','released')", name=op.f('ck_recurring_gift_version_kind')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_recurring_gift_version_amount')),
    sa.ForeignKeyConstraint(['recurring_gift_id'], ['recurring_gift.id'], name=op.f('fk_recurring_gift_version_recurring_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recurring_gift_version')),
    sa.UniqueConstraint('recurring_gift_id', 'number', name=op.f('uq_recurring_gift_version_recurring_gift_id_number'))
    )
    op.create_index(op.f('ix_recurring_gift_version_done_at'), 'recurring_gift_version', ['done_at'], unique=False)
    op.create_table('instalment',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('recurring_gift_id', sa.String(length=40), nullable=False),
    sa.Column('period_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('gift_id', sa.String(length=40), nullable=True),
    sa.Column('invoice_id', sa.Text(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint("state IN ('due','paid','failed','skipped','paused','held','lapsed')", name=op.f('ck_instalment_state')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_instalment_amount')),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_instalment_gift_id')),
    sa.ForeignKeyConstraint(['recurring_gift_id'], ['recurring_gift.id'], name=op.f('fk_instalment_recurring_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instalment')),
    sa.UniqueConstraint('gift_id', name=op.f('uq_instalment_gift_id')),
    sa.UniqueConstraint('invoice_id', name=op.f('uq_instalment_invoice_id')),
    sa.UniqueConstraint('recurring_gift_id', 'period_on', name=op.f('uq_instalment_recurring_gift_id_period_on'))
    )
    op.create_index('ix_instalment_state', 'instalment', ['state', 'period_on'], unique=False)
    op.create_table('instalment_attempt',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('instalment_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_paid', sa.Boolean(), nullable=False),
    sa.Column('refusal', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['instalment_id'], ['instalment.id'], name=op.f('fk_instalment_attempt_instalment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instalment_attempt')),
    sa.UniqueConstraint('instalment_id', 'number', name=op.f('uq_instalment_attempt_instalment_id_number'))
    )
    op.add_column('drive', sa.Column('rhythms', sa.JSON(), nullable=False, server_default='["month"]'))
    op.add_column('recurring_gift', sa.Column('version', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('recurring_gift', sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('recurring_gift', sa.Column('retries', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('recurring_gift', sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_recurring_gift_due', 'recurring_gift', ['next_due_on'], unique=False)
    op.create_index(op.f('ix_recurring_gift_next_attempt_at'), 'recurring_gift', ['next_attempt_at'], unique=False)
    checks.replace_check("recurring_gift", "rhythm", old=_RHYTHMS[0], new=_RHYTHMS[1])
    checks.replace_check("recurring_gift", "state", old=_STATES[0], new=_STATES[1])
    op.execute(_FIRST_INSTALMENTS)


def downgrade() -> None:
    checks.replace_check("recurring_gift", "state", old=_STATES[1], new=_STATES[0])
    checks.replace_check("recurring_gift", "rhythm", old=_RHYTHMS[1], new=_RHYTHMS[0])
    op.drop_index(op.f('ix_recurring_gift_next_attempt_at'), table_name='recurring_gift')
    op.drop_index('ix_recurring_gift_due', table_name='recurring_gift')
    op.drop_column('recurring_gift', 'next_attempt_at')
    op.drop_column('recurring_gift', 'retries')
    op.drop_column('recurring_gift', 'failing_since')
    op.drop_column('recurring_gift', 'version')
    op.drop_column('drive', 'rhythms')
    op.drop_table('instalment_attempt')
    op.drop_index('ix_instalment_state', table_name='instalment')
    op.drop_table('instalment')
    op.drop_index(op.f('ix_recurring_gift_version_done_at'), table_name='recurring_gift_version')
    op.drop_table('recurring_gift_version')
    op.drop_index(op.f('ix_recurring_gift_pause_recurring_gift_id'), table_name='recurring_gift_pause')
    op.drop_index('ix_recurring_gift_pause_open', table_name='recurring_gift_pause')
    op.drop_table('recurring_gift_pause')
    op.drop_table('recurring_gift_hold')
    op.drop_index(op.f('ix_card_update_recurring_gift_id'), table_name='card_update')
    op.drop_table('card_update')
    op.drop_index('ix_sign_in_link_unsent', table_name='sign_in_link')
    op.drop_table('sign_in_link')

