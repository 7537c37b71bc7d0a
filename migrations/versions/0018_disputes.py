"""Disputes, warnings of fraud, visits, and refunds that come back."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dispute',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('stripe_dispute_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_refundable', sa.Boolean(), nullable=False),
    sa.Column('lost_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint("state IN ('inquiry','inquiry_answered','open','answered','won','lost','closed')", name=op.f('ck_dispute_state')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_dispute_amount')),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_dispute_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute')),
    sa.UniqueConstraint('stripe_dispute_id', name=op.f('uq_dispute_stripe_dispute_id'))
    )
    op.create_index(op.f('ix_dispute_gift_id'), 'dispute', ['gift_id'], unique=False)
    op.create_index('ix_dispute_organisation', 'dispute', ['organisation_id', 'opened_at'], unique=False)
    op.create_table('fraud_warning',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('is_actionable', sa.Boolean(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_fraud_warning_gift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fraud_warning'))
    )
    op.create_index(op.f('ix_fraud_warning_gift_id'), 'fraud_warning', ['gift_id'], unique=False)
    op.create_index('ix_fraud_warning_organisation', 'fraud_warning', ['organisation_id', 'warned_at'], unique=False)
    op.create_table('gift_visit',
    sa.Column('gift_id', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('agent', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['gift_id'], ['gift.id'], name=op.f('fk_gift_visit_gift_id')),
    sa.PrimaryKeyConstraint('gift_id', name=op.f('pk_gift_visit'))
    )
    op.create_index(op.f('ix_gift_visit_at'), 'gift_visit', ['at'], unique=False)
    op.create_table('dispute_answer',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('dispute_id', sa.String(length=40), nullable=False),
    sa.Column('is_accepting', sa.Boolean(), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['dispute_id'], ['dispute.id'], name=op.f('fk_dispute_answer_dispute_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_answer'))
    )
    op.create_index(op.f('ix_dispute_answer_dispute_id'), 'dispute_answer', ['dispute_id'], unique=False)
    op.create_index(op.f('ix_dispute_answer_done_at'), 'dispute_answer', ['done_at'], unique=False)
    op.create_table('dispute_loss',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('dispute_id', sa.String(length=40), nullable=False),
    sa.Column('refund_id', sa.String(length=40), nullable=True),
    sa.Column('excess_minor', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['dispute_id'], ['dispute.id'], name=op.f('fk_dispute_loss_dispute_id')),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_dispute_loss_refund_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_loss'))
    )
    op.create_index(op.f('ix_dispute_loss_dispute_id'), 'dispute_loss', ['dispute_id'], unique=False)
    op.create_table('dispute_movement',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('dispute_id', sa.String(length=40), nullable=False),
    sa.Column('stripe_id', sa.Text(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.ForeignKeyConstraint(['dispute_id'], ['dispute.id'], name=op.f('fk_dispute_movement_dispute_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_movement')),
    sa.UniqueConstraint('stripe_id', name=op.f('uq_dispute_movement_stripe_id'))
    )
    op.create_index(op.f('ix_dispute_movement_dispute_id'), 'dispute_movement', ['dispute_id'], unique=False)
    op.add_column('receipt', sa.Column('amended_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('receipt', sa.Column('returned_minor', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('refund', sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('refund', sa.Column('gift_part_minor', sa.BigInteger(), server_default='0', nullable=False))
    # What refunds made before took of the gift itself, as the ledger has it.
    op.execute(
        "UPDATE refund SET gift_part_minor = COALESCE((SELECT SUM(e.amount_minor) FROM ledger_entry e"
        " JOIN ledger_group g ON g.id = e.group_id WHERE g.kind = 'refund' AND g.source = refund.id"
        " AND e.account = 'refunds'), 0)"
    )


def downgrade() -> None:
    op.drop_column('refund', 'gift_part_minor')
    op.drop_column('refund', 'undone_at')
    op.drop_column('receipt', 'returned_minor')
    op.drop_column('receipt', 'amended_at')
    op.drop_index(op.f('ix_dispute_movement_dispute_id'), table_name='dispute_movement')
    op.drop_table('dispute_movement')
    op.drop_index(op.f('ix_dispute_loss_dispute_id'), table_name='dispute_loss')
    op.drop_table('dispute_loss')
    op.drop_index(op.f('ix_dispute_answer_done_at'), table_name='dispute_answer')
    op.drop_index(op.f('ix_dispute_answer_dispute_id'), table_name='dispute_answer')
    op.drop_table('dispute_answer')
    op.drop_index(op.f('ix_gift_visit_at'), table_name='gift_visit')
    op.drop_table('gift_visit')
    op.drop_index('ix_fraud_warning_organisation', table_name='fraud_warning')
    op.drop_index(op.f('ix_fraud_warning_gift_id'), table_name='fraud_warning')
    op.drop_table('fraud_warning')
    op.drop_index('ix_dispute_organisation', table_name='dispute')
    op.drop_index(op.f('ix_dispute_gift_id'), table_name='dispute')
    op.drop_table('dispute')
