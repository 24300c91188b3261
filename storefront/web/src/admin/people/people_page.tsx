import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { isAdmin, otherRole, ROLE_TONES, type Role } from '../../session/roles.ts'
import { useSession } from '../../session/use_session.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Time } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { ordersOfUser } from '../orders/buyer.tsx'
import { AdminPage, More } from '../parts.tsx'
import { type Account, peopleQuery } from '../queries.ts'
import { AccessDialog } from './access_dialog.tsx'

export default function PeoplePage() {
  const list = usePages(peopleQuery)
  const { data, error, isPending, refetch } = list
  const [asking, setAsking] = useState<Account>()
  const [helped, setHelped] = useState<Account>()
  const [refused, setRefused] = useState<unknown>()
  const people = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.customers.title}>{admin.customers.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.customers.more}</p>
      </div>
      {refused !== undefined && <Refused error={refused} />}
      {error && !data && <ProblemNotice error={error} title={admin.customers.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.customers.loading} />
          <Skeleton className="h-96 rounded-lg" />
        </>
      )}
      {people.length > 0 && (
        <People
          people={people}
          help={setHelped}
          ask={(account) => {
            setRefused(undefined)
            setAsking(account)
          }}
        />
      )}
      <More of={list}>{admin.customers.moreAccounts}</More>
      <AccessDialog account={helped} close={() => setHelped(undefined)} />
      <RoleDialog account={asking} close={() => setAsking(undefined)} refuse={setRefused} />
    </AdminPage>
  )
}

function People({
  people,
  ask,
  help,
}: {
  people: readonly Account[]
  ask: (account: Account) => void
  help: (account: Account) => void
}) {
  const { user } = useSession()
  return (
    <Table caption={admin.customers.caption}>
      <thead>
        <tr>
          <Th>{admin.customers.name}</Th>
          <Th className="hidden sm:table-cell">{admin.customers.role}</Th>
          <Th className="hidden sm:table-cell">{admin.customers.since}</Th>
          <Th>
            <span className="sr-only">{admin.customers.change}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {people.map((account) => (
          <tr key={account.id} className="last:*:border-b-0">
            <Td className="font-semibold">
              <Link
                to={ordersOfUser(account.id)}
                title={admin.buyer.title}
                className="inline-flex min-h-11 items-center hover:underline"
              >
                <Typed>{account.username}</Typed>
              </Link>
              {account.id === user?.id && (
                <span className="font-normal text-soft"> {admin.customers.you}</span>
              )}
              <span className="mt-1 block sm:hidden">
                <RoleBadge role={account.role} />
              </span>
            </Td>
            <Td className="hidden sm:table-cell">
              <RoleBadge role={account.role} />
            </Td>
            <Td className="hidden whitespace-nowrap text-soft sm:table-cell">
              <Time at={account.created_at} />
            </Td>
            <Td>
              <div className="flex flex-col items-stretch justify-end gap-2 sm:flex-row">
                <Button
                  size="sm"
                  tone="quiet"
                  aria-label={admin.access.openFor(account.username)}
                  onClick={() => help(account)}
                >
                  {admin.access.open}
                </Button>
                <Button
                  size="sm"
                  aria-label={`${admin.customers.make[otherRole(account.role)]}: ${account.username}`}
                  onClick={() => ask(account)}
                >
                  {admin.customers.make[otherRole(account.role)]}
                </Button>
              </div>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const RoleBadge = ({ role }: { role: Role }) => <Badge tone={ROLE_TONES[role]}>{t.roles[role]}</Badge>

function RoleDialog({
  account,
  close,
  refuse,
}: {
  account: Account | undefined
  close: () => void
  refuse: (error: unknown) => void
}) {
  const { user } = useSession()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const change = async ({ id, username, role }: Account) => {
    setBusy(true)
    try {
      const params = { path: { id } }
      await dataOf(shop.auth.PUT('/users/{id}/role', { params, body: { role: otherRole(role) } }))
      toast({
        title: admin.customers.made[otherRole(role)](<Typed>{username}</Typed>),
      })
    } catch (error) {
      refuse(error)
    }
    await queries.invalidateQueries({ queryKey: peopleQuery.queryKey })
    setBusy(false)
    close()
  }
  const role = otherRole(account?.role ?? 'admin')
  return (
    <ConfirmDialog
      open={account !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.customers.ask[role](<Typed>{account?.username ?? admin.customers.thisAccount}</Typed>)}
      confirm={admin.customers.make[role]}
      keep={admin.customers.leave}
      busy={busy}
      onConfirm={() => account && void change(account)}
    >
      {isAdmin({ role })
        ? admin.customers.adminMore
        : account?.id === user?.id
          ? admin.customers.ownMore
          : admin.customers.customerMore}
    </ConfirmDialog>
  )
}

function Refused({ error }: { error: unknown }) {
  if (error instanceof ShopProblem && error.code === 'last_admin') {
    return (
      <Notice live tone="warn" title={admin.customers.lastAdmin}>
        {admin.customers.lastAdminMore}
      </Notice>
    )
  }
  return <ProblemNotice error={error} title={admin.customers.notChanged} />
}
