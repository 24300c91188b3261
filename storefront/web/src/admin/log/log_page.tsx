/** What admins and operators changed: the lists of three services as one. */

import { useId } from 'react'
import { Link, useSearchParams } from 'react-router'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { CONTROL } from '../../ui/field.tsx'
import { explain, Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { useWanted } from '../../ui/use_wanted.ts'
import { AdminPage } from '../parts.tsx'
import { LOG_PARTS, type LogFilter, type LogPart, logQuery } from '../queries.ts'
import { AuthorName, Entries } from './entries.tsx'
import { mergeParts } from './merge.ts'
import { ACTIONS, actionLabel, isPart, type View, viewOf } from './words.ts'

export default function LogPage() {
  const [address, setAddress] = useSearchParams()
  const chosen = address.get('kind') ?? ''
  const [wanted, want] = useWanted(chosen)
  const view = viewOf(address)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.log.title}>{admin.log.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.log.more}</p>
      </div>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <KindSelect
          chosen={wanted}
          choose={(kind) => {
            want(kind)
            const kept = isPart(kind) || kind === '' ? view.filter : {}
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
        {by === undefined ? (
          <span title={subject}>{admin.log.onlyId(`…${subject!.slice(-6)}`)}</span>
        ) : (
          admin.log.onlyBy(<AuthorName by={by} />)
        )}
      </span>
      <Link
        to={isPart(kind) ? `?kind=${kind}` : '?'}
        className="inline-flex min-h-11 items-center font-semibold text-accent hover:underline"
      >
        {admin.common.showAll}
      </Link>
    </p>
  )
}

function KindSelect({ chosen, choose }: { chosen: string; choose: (kind: string) => void }) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        {admin.log.show}
      </label>
      <select
        id={id}
        className={`${CONTROL} sm:w-72`}
        value={chosen}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        <option value="">{admin.log.every}</option>
        {LOG_PARTS.map((part) => (
          <optgroup key={part} label={admin.log.parts[part]}>
            <option value={part}>{admin.log.allOf(admin.log.parts[part])}</option>
            {ACTIONS[part].map((action) => (
              <option key={action} value={action}>
                {actionLabel(action)}
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
        <Loading what={admin.log.loading} />
        <Skeleton className="h-[36rem] rounded-lg" />
      </>
    )
  }
  if (failed.length === lists.length)
    return <ProblemNotice error={failed[0]!.list.error} title={admin.log.notShown} retry={retry} />
  return (
    <>
      {failed.map(({ part, list }) => (
        <Notice
          key={part}
          live
          tone="warn"
          title={admin.log.missing(admin.log.parts[part])}
          action={
            <Button size="sm" onClick={() => void list.refetch()}>
              {t.common.tryAgain}
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
  <EmptyState title={admin.log.none} icon="clock">
    {admin.log.noneMore}
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
      {failed && <ProblemNotice error={failed.error} title={admin.common.readOn} />}
      <Button
        busy={lists.some(({ isFetchingNextPage }) => isFetchingNextPage)}
        onClick={() => void Promise.all(lists.map((list) => list.fetchNextPage()))}
      >
        {admin.log.loadMore}
      </Button>
    </div>
  )
}
