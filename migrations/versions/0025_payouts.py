"""Stripe's movements and payouts, the bank's lines, and what was explained."""

import sqlalchemy as sa
from alembic import op


revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('payout',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('arrives_on', sa.Date(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrival_posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('return_posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint("state IN ('on_its_way','arrived','came_back')", name=op.f('ck_payout_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout'))
    )
    op.create_index('ix_payout_organisation', 'payout', ['organisation_id', 'created_at'], unique=False)
    op.create_table('bank_line',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('payout_id', sa.Text(), nullable=True),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_bank_line_organisation_id')),
    sa.ForeignKeyConstraint(['payout_id'], ['payout.id'], name=op.f('fk_bank_line_payout_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_line')),
    sa.UniqueConstraint('organisation_id', 'external_id', name=op.f('uq_bank_line_organisation_id_external_id')),
    sa.UniqueConstraint('payout_id', name=op.f('uq_bank_line_payout_id'))
    )
    op.create_index('ix_bank_line_day', 'bank_line', ['organisation_id', 'on_day'], unique=False)
    op.create_table('mismatch_explanation',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('said_by', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mismatch_explanation_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mismatch_explanation')),
    sa.UniqueConstraint('organisation_id', 'subject', name=op.f('uq_mismatch_explanation_organisation_id_subject'))
    )
    op.create_table('stripe_movement',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('payment_intent_id', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payout_id', sa.Text(), nullable=True),
    sa.Column('matched_to', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=True),
    sa.Column('fund_id', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['fund_id'], ['fund.id'], name=op.f('fk_stripe_movement_fund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_movement'))
    )
    op.create_index('ix_stripe_movement_matched', 'stripe_movement', ['matched_to'], unique=False)
    op.create_index('ix_stripe_movement_organisation', 'stripe_movement', ['organisation_id', 'created_at'], unique=False)
    op.create_index('ix_stripe_movement_payout', 'stripe_movement', ['payout_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_stripe_movement_payout', table_name='stripe_movement')
    op.drop_index('ix_stripe_movement_organisation', table_name='stripe_movement')
    op.drop_index('ix_stripe_movement_matched', table_name='stripe_movement')
    op.drop_table('stripe_movement')
    op.drop_table('mismatch_explanation')
    op.drop_index('ix_bank_line_day', table_name='bank_line')
    op.drop_table('bank_line')
    op.drop_index('ix_payout_organisation', table_name='payout')
    op.drop_table('payout')
