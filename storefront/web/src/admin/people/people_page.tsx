import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { usePages } from '../../api/use_answer.ts'
import { isAdmin, otherRole, ROLES, type Role } from '../../session/roles.ts'
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
import { AdminPage, More } from '../parts.tsx'
import { type Account, peopleQuery } from '../queries.ts'

export default function PeoplePage() {
  const list = usePages(peopleQuery)
  const { data, error, isPending, refetch } = list
  const [asking, setAsking] = useState<Account>()
  const [refused, setRefused] = useState<unknown>()
  const people = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title="Customers">Customers</PageTitle>
        <p className="max-w-2xl text-soft">
          Customers see their own orders. Admins see and change everything here.
        </p>
      </div>
      {refused !== undefined && <Refused error={refused} />}
      {error && !data && <ProblemNotice error={error} doing="show the accounts" retry={refetch} />}
      {isPending && (
        <>
          <Loading what="accounts" />
          <Skeleton className="h-96 rounded-lg" />
        </>
      )}
      {people.length > 0 && (
        <People
          people={people}
          ask={(account) => {
            setRefused(undefined)
            setAsking(account)
          }}
        />
      )}
      <More of={list}>More accounts</More>
      <RoleDialog account={asking} close={() => setAsking(undefined)} refuse={setRefused} />
    </AdminPage>
  )
}

function People({ people, ask }: { people: readonly Account[]; ask: (account: Account) => void }) {
  const { user } = useSession()
  return (
    <Table caption="Accounts">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th className="hidden sm:table-cell">Role</Th>
          <Th className="hidden sm:table-cell">Since</Th>
          <Th>
            <span className="sr-only">Change</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {people.map((account) => (
          <tr key={account.id} className="last:*:border-b-0">
            <Td className="font-semibold">
              <Typed>{account.username}</Typed>
              {account.id === user?.id && <span className="font-normal text-soft"> (you)</span>}
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
            <Td className="text-right whitespace-nowrap">
              <Button
                size="sm"
                aria-label={`${askFor(otherRole(account.role))}: ${account.username}`}
                onClick={() => ask(account)}
              >
                {askFor(otherRole(account.role))}
              </Button>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const RoleBadge = ({ role }: { role: Role }) => <Badge tone={ROLES[role].tone}>{ROLES[role].label}</Badge>

const askFor = (role: Role) => `Make ${ROLES[role].label.toLowerCase()}`

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
        title: (
          <>
            <Typed>{username}</Typed> is {ROLES[otherRole(role)].one} now
          </>
        ),
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
      title={
        <>
          Make <Typed>{account?.username ?? 'this account'}</Typed> {ROLES[role].one}?
        </>
      }
      confirm={askFor(role)}
      keep="Leave it"
      busy={busy}
      onConfirm={() => account && void change(account)}
    >
      {isAdmin({ role })
        ? 'An admin sees all orders and accounts, changes the catalogue, and can make other admins.'
        : account?.id === user?.id
          ? 'This is your own account: you will lose these pages.'
          : 'They keep their orders and lose these pages, at the latest when their access is next renewed.'}
    </ConfirmDialog>
  )
}

function Refused({ error }: { error: unknown }) {
  if (error instanceof ShopProblem && error.code === 'last_admin') {
    return (
      <Notice live tone="warn" title="The shop needs at least one admin">
        Without an admin the shop could not be managed. Make another account an admin first.
      </Notice>
    )
  }
  return <ProblemNotice error={error} doing="change the role" />
}
