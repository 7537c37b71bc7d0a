"""Tables of rates that an organisation loads."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('rate_table',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('matrix', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('recorded_on', sa.Date(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('loaded_by_id', sa.String(length=40), nullable=True),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by_id', sa.String(length=40), nullable=True),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)', name=op.f('ck_rate_table_withdrawn')),
    sa.CheckConstraint('length(source) BETWEEN 1 AND 500', name=op.f('ck_rate_table_source')),
    sa.ForeignKeyConstraint(['loaded_by_id'], ['member.id'], name=op.f('fk_rate_table_loaded_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_rate_table_organisation_id')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['member.id'], name=op.f('fk_rate_table_withdrawn_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rate_table'))
    )
    op.create_index('ix_rate_table_matrix', 'rate_table', ['organisation_id', 'matrix'], unique=False)
    op.create_table('rate_row',
    sa.Column('table_id', sa.String(length=40), nullable=False),
    sa.Column('rate_year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.Column('from_years', sa.Integer(), nullable=True),
    sa.Column('to_years', sa.Integer(), nullable=True),
    sa.Column('rate_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint('rate_minor > 0', name=op.f('ck_rate_row_rate')),
    sa.ForeignKeyConstraint(['table_id'], ['rate_table.id'], name=op.f('fk_rate_row_table_id')),
    sa.PrimaryKeyConstraint('table_id', 'rate_year', 'band', name=op.f('pk_rate_row'))
    )
    guards.append_only("rate_row")


def downgrade() -> None:

    op.drop_table('rate_row')
    op.drop_index('ix_rate_table_matrix', table_name='rate_table')
    op.drop_table('rate_table')

