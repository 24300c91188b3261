/** The groups of variants, newest first, and a new one. */
import { useState } from 'react'
import { Link } from 'react-router'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { Ago } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, BackLink, More } from '../parts.tsx'
import { Thumb } from '../pictures/thumb.tsx'
import { NewGroupDialog } from './new_group_dialog.tsx'
import { groupsQuery } from './queries.ts'

export default function GroupsPage() {
  const list = usePages(groupsQuery)
  const { data, error, isPending, refetch } = list
  const [creating, setCreating] = useState(false)
  const groups = data?.pages.flatMap(({ items }) => items) ?? []
  const create = (
    <Button tone="primary" icon="plus" onClick={() => setCreating(true)}>
      {admin.groups.new}
    </Button>
  )
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/products">{admin.productPage.all}</BackLink>
        <PageTitle title={admin.groups.title} aside={create}>
          {admin.groups.title}
        </PageTitle>
        <p className="text-soft">{admin.groups.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.groups.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={t.loading.products} />
          <Skeleton className="h-96 rounded-lg" />
        </>
      )}
      {data && groups.length === 0 && (
        <EmptyState title={admin.groups.none} action={create}>
          {admin.groups.noneMore}
        </EmptyState>
      )}
      {groups.length > 0 && (
        <Table caption={admin.groups.title}>
          <thead>
            <tr>
              <Th>{admin.fields.labels.name}</Th>
              <Th numeric>{admin.groups.onSale}</Th>
              <Th numeric className="hidden sm:table-cell">
                {admin.common.price}
              </Th>
              <Th className="hidden sm:table-cell">{admin.grid.changed}</Th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.id} className="last:*:border-b-0 hover:bg-ground">
                <Td>
                  <Link
                    to={`/admin/groups/${group.id}`}
                    className="flex min-h-11 items-center gap-3 font-semibold hover:underline"
                  >
                    <Thumb of={group} className="size-10 shrink-0 rounded-sm" />
                    <Typed>{group.name}</Typed>
                    {group.status === 'draft' && <Badge>{admin.fields.statuses.draft}</Badge>}
                  </Link>
                </Td>
                <Td numeric>{group.variants}</Td>
                <Td numeric className="hidden sm:table-cell">
                  {group.price_from === null ? '–' : formatAmount(group.price_from, group.currency)}
                </Td>
                <Td className="hidden text-sm text-soft sm:table-cell">
                  <Ago at={group.updated_at} />
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <More of={list}>{admin.board.more}</More>
      <NewGroupDialog open={creating} onOpenChange={setCreating} />
    </AdminPage>
  )
}
