"""Sessions that can be ended, and known devices."""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_device',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('first_seen_on', sa.Date(), nullable=False),
    sa.Column('last_seen_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_known_device_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device'))
    )
    op.create_index('ix_known_device_account_digest', 'known_device', ['account_id', 'digest'], unique=True)
    op.create_table('signed_in',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('device_words', sa.Text(), nullable=False),
    sa.Column('is_strong', sa.Boolean(), nullable=False),
    sa.Column('stays', sa.Boolean(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_signed_in_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_in'))
    )
    op.create_index(op.f('ix_signed_in_account_id'), 'signed_in', ['account_id'], unique=False)
    op.create_index(op.f('ix_signed_in_expires_at'), 'signed_in', ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_signed_in_expires_at'), table_name='signed_in')
    op.drop_index(op.f('ix_signed_in_account_id'), table_name='signed_in')
    op.drop_table('signed_in')
    op.drop_index('ix_known_device_account_digest', table_name='known_device')
    op.drop_table('known_device')

