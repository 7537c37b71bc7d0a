"""Donors who are one person: what makes duplicates show, merges with what they moved, gifts from merged addresses."""

import sqlalchemy as sa
from alembic import op

from donors.people.sameness import address_key, name_key

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    _add_columns()
    _fill_keys()
    _count_older_promises()
    _create_merges()
    op.create_table(
        "gift_given_as",
        sa.Column("gift_id", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_given_as_gift_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_given_as_donor_id")),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_gift_given_as")),
    )
    op.create_index(op.f("ix_gift_given_as_donor_id"), "gift_given_as", ["donor_id"])


def _add_columns() -> None:
    with op.batch_alter_table("donor") as table:
        table.add_column(sa.Column("merged_into_id", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("address_key", sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("name_key", sa.Text(), server_default="", nullable=False))
        table.create_foreign_key(op.f("fk_donor_merged_into_id"), "donor", ["merged_into_id"], ["id"])
        table.create_index(op.f("ix_donor_merged_into_id"), ["merged_into_id"])
        table.create_index("ix_donor_address_key", ["organisation_id", "address_key"])
        table.create_index("ix_donor_name_key", ["organisation_id", "name_key"])


def _fill_keys() -> None:
    donor = sa.table("donor", *(sa.column(each) for each in ("id", "email", "name", "address_key", "name_key")))
    connection, last = op.get_bind(), ""
    while True:
        query = sa.select(donor.c.id, donor.c.email, donor.c.name).where(donor.c.id > last)
        rows = connection.execute(query.order_by(donor.c.id).limit(_BATCH)).all()
        if not rows:
            return
        statement = (
            donor.update()
            .where(donor.c.id == sa.bindparam("which"))
            .values(address_key=sa.bindparam("address"), name_key=sa.bindparam("called"))
        )
        keys = [
            {"which": row[0], "address": address_key(row[1]), "called": name_key(row[2])} for row in rows
        ]
        connection.execute(statement, keys)
        last = rows[-1][0]


def _count_older_promises() -> None:
    """What was counted before monthly values were: a new monthly donor is read from these rows now."""
    op.execute(
        """
        INSERT INTO counted_promise
            (recurring_gift_id, drive_id, monthly_minor, counted_at, lost_at, lost_because)
        SELECT n.recurring_gift_id, n.drive_id, r.amount_minor, n.counted_at, n.lost_at, n.lost_because
        FROM new_monthly_donor n JOIN recurring_gift r ON r.id = n.recurring_gift_id
        WHERE NOT EXISTS (
            SELECT 1 FROM counted_promise c WHERE c.recurring_gift_id = n.recurring_gift_id
        )
        """
    )


def _create_merges() -> None:
    op.create_table(
        "donor_merge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("kept_id", sa.String(length=40), nullable=False),
        sa.Column("absorbed_id", sa.String(length=40), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_donor_merge_organisation_id")
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["donor.id"], name=op.f("fk_donor_merge_kept_id")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["donor.id"], name=op.f("fk_donor_merge_absorbed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_merge")),
    )
    op.create_index("ix_donor_merge_organisation", "donor_merge", ["organisation_id", "merged_at"])
    op.create_index(op.f("ix_donor_merge_kept_id"), "donor_merge", ["kept_id"])
    op.create_index(op.f("ix_donor_merge_absorbed_id"), "donor_merge", ["absorbed_id"])
    op.create_table(
        "donor_merge_move",
        sa.Column("merge_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["donor_merge.id"], name=op.f("fk_donor_merge_move_merge_id")),
        sa.PrimaryKeyConstraint("merge_id", "kind", "subject_id", name=op.f("pk_donor_merge_move")),
    )
    op.create_table(
        "donor_two_people",
        sa.Column("one_id", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.String(length=40), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["donor.id"], name=op.f("fk_donor_two_people_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["donor.id"], name=op.f("fk_donor_two_people_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_donor_two_people")),
    )


def downgrade() -> None:
    for table in ("donor_two_people", "donor_merge_move", "donor_merge", "gift_given_as"):
        op.drop_table(table)
    with op.batch_alter_table("donor") as table:
        for index in ("ix_donor_name_key", "ix_donor_address_key", op.f("ix_donor_merged_into_id")):
            table.drop_index(index)
        table.drop_constraint(op.f("fk_donor_merged_into_id"), type_="foreignkey")
        for column in ("name_key", "address_key", "merged_into_id"):
            table.drop_column(column)
