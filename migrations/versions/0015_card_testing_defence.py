"""Card testing: screenings, declines, blocks, holds."""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('donor_block',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('address','email','card','drive')", name=op.f('ck_donor_block_kind')),
    sa.CheckConstraint("reason IN ('attempts','declines')", name=op.f('ck_donor_block_reason')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_donor_block_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_donor_block'))
    )
    op.create_index('ix_donor_block_mark', 'donor_block', ['mark', 'until_at'], unique=False)
    op.create_index('ix_donor_block_organisation', 'donor_block', ['organisation_id', 'made_at'], unique=False)
    op.create_table('decline',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('drive_id', sa.String(length=40), nullable=False),
    sa.Column('card', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_decline_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decline'))
    )
    op.create_index(op.f('ix_decline_gift_id'), 'decline', ['gift_id'], unique=False)
    op.create_table('gift_screening',
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('drive_id', sa.String(length=40), nullable=False),
    sa.Column('address_mark', sa.Text(), nullable=False),
    sa.Column('email_mark', sa.Text(), nullable=False),
    sa.Column('suspicions', sa.Text(), nullable=False),
    sa.Column('is_held', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('flagged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_gift_screening_gift_id')),
    sa.PrimaryKeyConstraint('gift_id', name=op.f('pk_gift_screening'))
    )
    op.create_index('ix_gift_screening_flagged', 'gift_screening', ['organisation_id', 'flagged_at'], unique=False)
    op.create_table('hold',
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('payment_intent_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decide_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('held','taking','releasing','taken','released')", name=op.f('ck_hold_state')),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_hold_gift_id')),
    sa.PrimaryKeyConstraint('gift_id', name=op.f('pk_hold')),
    sa.UniqueConstraint('payment_intent_id', name=op.f('uq_hold_payment_intent_id'))
    )
    op.create_index('ix_hold_organisation', 'hold', ['organisation_id', 'state', 'held_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_hold_organisation', table_name='hold')
    op.drop_table('hold')
    op.drop_index('ix_gift_screening_flagged', table_name='gift_screening')
    op.drop_table('gift_screening')
    op.drop_index(op.f('ix_decline_gift_id'), table_name='decline')
    op.drop_table('decline')
    op.drop_index('ix_donor_block_organisation', table_name='donor_block')
    op.drop_index('ix_donor_block_mark', table_name='donor_block')
    op.drop_table('donor_block')
