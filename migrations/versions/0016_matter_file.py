"""Screens, conflict digests, sealed facts, phases, rounding versions, common-interest agreements."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('name_key',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('key', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_name_key'))
    )
    op.create_table('client_name_digest',
    sa.Column('client_id', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.id'], name=op.f('fk_client_name_digest_client_id')),
    sa.PrimaryKeyConstraint('client_id', 'digest', name=op.f('pk_client_name_digest'))
    )
    op.create_index(op.f('ix_client_name_digest_digest'), 'client_name_digest', ['digest'], unique=False)
    op.create_table('common_interest',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_on IS NULL OR signed_on <= ends_on', name=op.f('ck_common_interest_days')),
    sa.CheckConstraint('length(reference) BETWEEN 1 AND 120', name=op.f('ck_common_interest_reference')),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_common_interest_matter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_common_interest'))
    )
    op.create_index(op.f('ix_common_interest_matter_id'), 'common_interest', ['matter_id'], unique=False)
    op.create_table('matter_facts',
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('court', sa.LargeBinary(), nullable=False),
    sa.Column('docket', sa.LargeBinary(), nullable=False),
    sa.Column('opposing_counsel', sa.LargeBinary(), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_matter_facts_matter_id')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_matter_facts'))
    )
    op.create_table('matter_phase',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('phase', sa.Text(), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_matter_phase_matter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_phase')),
    sa.UniqueConstraint('matter_id', 'begins_on', name=op.f('uq_matter_phase_matter_id_begins_on'))
    )
    op.create_table('matter_screen',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('raised_by_id', sa.String(length=40), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(reason) BETWEEN 1 AND 500', name=op.f('ck_matter_screen_reason')),
    sa.CheckConstraint('until_on IS NULL OR from_on <= until_on', name=op.f('ck_matter_screen_days')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_matter_screen_account_id')),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_matter_screen_matter_id')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_matter_screen_member_id')),
    sa.ForeignKeyConstraint(['raised_by_id'], ['member.id'], name=op.f('fk_matter_screen_raised_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_screen'))
    )
    op.create_index(op.f('ix_matter_screen_matter_id'), 'matter_screen', ['matter_id'], unique=False)
    op.create_index('ix_matter_screen_person', 'matter_screen', ['account_id', 'matter_id'], unique=False)
    op.create_table('party_digest',
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_party_digest_matter_id')),
    sa.PrimaryKeyConstraint('matter_id', 'digest', name=op.f('pk_party_digest'))
    )
    op.create_index(op.f('ix_party_digest_digest'), 'party_digest', ['digest'], unique=False)
    op.create_table('rounding_version',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('matter_id', sa.String(length=40), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('set_by_id', sa.String(length=40), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("policy IN ('up','nearest','down')", name=op.f('ck_rounding_version_policy')),
    sa.ForeignKeyConstraint(['matter_id'], ['matter.id'], name=op.f('fk_rounding_version_matter_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['member.id'], name=op.f('fk_rounding_version_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rounding_version')),
    sa.UniqueConstraint('matter_id', 'valid_from', name=op.f('uq_rounding_version_matter_id_valid_from'))
    )
    op.create_table('common_interest_party',
    sa.Column('agreement_id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('accepted_by_id', sa.String(length=40), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['member.id'], name=op.f('fk_common_interest_party_accepted_by_id')),
    sa.ForeignKeyConstraint(['agreement_id'], ['common_interest.id'], name=op.f('fk_common_interest_party_agreement_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_common_interest_party_organisation_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'organisation_id', name=op.f('pk_common_interest_party'))
    )
    op.create_table('time_entry_share',
    sa.Column('entry_id', sa.String(length=40), nullable=False),
    sa.Column('agreement_id', sa.String(length=40), nullable=False),
    sa.Column('shared_by_id', sa.String(length=40), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['common_interest.id'], name=op.f('fk_time_entry_share_agreement_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['time_entry.id'], name=op.f('fk_time_entry_share_entry_id')),
    sa.ForeignKeyConstraint(['shared_by_id'], ['member.id'], name=op.f('fk_time_entry_share_shared_by_id')),
    sa.PrimaryKeyConstraint('entry_id', 'agreement_id', name=op.f('pk_time_entry_share'))
    )


def downgrade() -> None:
    op.drop_table('time_entry_share')
    op.drop_table('common_interest_party')
    op.drop_table('rounding_version')
    op.drop_index(op.f('ix_party_digest_digest'), table_name='party_digest')
    op.drop_table('party_digest')
    op.drop_index('ix_matter_screen_person', table_name='matter_screen')
    op.drop_index(op.f('ix_matter_screen_matter_id'), table_name='matter_screen')
    op.drop_table('matter_screen')
    op.drop_table('matter_phase')
    op.drop_table('matter_facts')
    op.drop_index(op.f('ix_common_interest_matter_id'), table_name='common_interest')
    op.drop_table('common_interest')
    op.drop_index(op.f('ix_client_name_digest_digest'), table_name='client_name_digest')
    op.drop_table('client_name_digest')
    op.drop_table('name_key')
