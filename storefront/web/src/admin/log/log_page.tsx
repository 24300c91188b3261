/** What admins and operators changed: the lists of three services as one. */
import { useId } from 'react'
import { Link, useSearchParams } from 'react-router'
import { usePages } from '../../api/use_answer.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { CONTROL } from '../../ui/field.tsx'
import { explain, Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage } from '../parts.tsx'
import { LOG_PARTS, type LogFilter, type LogPart, logQuery } from '../queries.ts'
import { AuthorName, Entries } from './entries.tsx'
import { mergeParts } from './merge.ts'
import { ACTIONS, PARTS, type View, viewOf } from './words.ts'

export default function LogPage() {
  const [address, setAddress] = useSearchParams()
  const chosen = address.get('kind') ?? ''
  const view = viewOf(address)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title="Log">Log</PageTitle>
        <p className="max-w-2xl text-soft">
          What admins changed, and what commands on the machines of the shop changed. Each entry is stored
          with its change, and stays as it is.
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <KindSelect
          chosen={chosen}
          choose={(kind) => {
            const kept = Object.hasOwn(PARTS, kind) || kind === '' ? view.filter : {}
            setAddress(addressOf(kind, kept), { replace: true })
          }}
        />
        <Only filter={view.filter} kind={chosen} />
      </div>
      <Log key={JSON.stringify(view)} view={view} />
    </AdminPage>
  )
}

function addressOf(kind: string, { by, subject }: LogFilter) {
  return {
    ...(kind === '' ? {} : { kind }),
    ...(by === undefined ? {} : { by }),
    ...(subject === undefined ? {} : { of: subject }),
  }
}

/** Whose or what changes alone are shown. */
function Only({ filter: { by, subject }, kind }: { filter: LogFilter; kind: string }) {
  if (by === undefined && subject === undefined) return null
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span>
        Only{' '}
        {by === undefined ? (
          <span title={subject}>with the id …{subject!.slice(-6)}</span>
        ) : (
          <>
            by <AuthorName by={by} />
          </>
        )}
      </span>
      <Link
        to={Object.hasOwn(PARTS, kind) ? `?kind=${kind}` : '?'}
        className="inline-flex min-h-11 items-center font-semibold text-accent hover:underline"
      >
        Show all
      </Link>
    </p>
  )
}

function KindSelect({ chosen, choose }: { chosen: string; choose: (kind: string) => void }) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        Show
      </label>
      <select
        id={id}
        className={`${CONTROL} sm:w-72`}
        value={chosen}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        <option value="">Every change</option>
        {LOG_PARTS.map((part) => (
          <optgroup key={part} label={PARTS[part]}>
            <option value={part}>{PARTS[part]}: all</option>
            {Object.entries(ACTIONS[part]).map(([action, label]) => (
              <option key={action} value={action}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  )
}

function Log({ view }: { view: View }) {
  const lists = useLists(view)
  const failed = lists.filter(({ list }) => list.error && !list.data)
  const pending = lists.some(({ list }) => list.isPending)
  const parts = lists.map(({ list }) => ({
    entries: list.data?.pages.flatMap(({ items }) => items) ?? [],
    hasMore: list.hasNextPage,
  }))
  const { entries, next } = mergeParts(parts)
  const retry = () => Promise.all(failed.map(({ list }) => list.refetch()))
  if (pending) {
    return (
      <>
        <Loading what="the log" />
        <Skeleton className="h-[36rem] rounded-lg" />
      </>
    )
  }
  if (failed.length === lists.length)
    return <ProblemNotice error={failed[0]!.list.error} doing="show the log" retry={retry} />
  return (
    <>
      {failed.map(({ part, list }) => (
        <Notice
          key={part}
          live
          tone="warn"
          title={`${PARTS[part]}: missing here`}
          action={
            <Button size="sm" onClick={() => void list.refetch()}>
              Try again
            </Button>
          }
        >
          {explain(list.error)}
        </Notice>
      ))}
      {entries.length > 0 ? <Entries entries={entries} /> : <None />}
      <MoreOf lists={lists.filter((_, i) => next[i]).map(({ list }) => list)} />
    </>
  )
}

const None = () => (
  <EmptyState title="No changes of this kind" icon="clock">
    Prices, stock, roles and orders that someone changes appear here.
  </EmptyState>
)

/** Hooks are called for all parts; those that are not shown are left out of the result. */
function useLists({ parts, filter }: View) {
  const one = (part: LogPart) => ({ ...logQuery(part, filter), enabled: parts.includes(part) })
  const all = {
    accounts: usePages(one('accounts')),
    products: usePages(one('products')),
    orders: usePages(one('orders')),
  }
  return parts.map((part) => ({ part, list: all[part] }))
}

type List = ReturnType<typeof useLists>[number]['list']

function MoreOf({ lists }: { lists: readonly List[] }) {
  if (lists.length === 0) return null
  const failed = lists.find(({ isFetchNextPageError }) => isFetchNextPageError)
  return (
    <div className="grid justify-items-center gap-3">
      {failed && <ProblemNotice error={failed.error} doing="read on" />}
      <Button
        busy={lists.some(({ isFetchingNextPage }) => isFetchingNextPage)}
        onClick={() => void Promise.all(lists.map((list) => list.fetchNextPage()))}
      >
        Load more
      </Button>
    </div>
  )
}
