/** The log of events, as programs read it. */
import { type FormEvent, useState } from 'react'
import { ShopProblem } from '../../api/shop.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { TextField } from '../../ui/field.tsx'
import { Time } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage, BackLink, More } from '../parts.tsx'
import { readTypes } from './event_types.ts'
import { eventsQuery, type ShopEvent, type Start } from './queries.ts'

type View = { readonly start: Start; readonly types: readonly string[] }

export default function EventsPage() {
  const texts = admin.events
  const [view, setView] = useState<View>({ start: 'newest', types: [] })
  const [fault, setFault] = useState<string>()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const read = readTypes(String(new FormData(event.currentTarget).get('types')))
    setFault(read.fault)
    if (read.fault === undefined) setView((now) => ({ ...now, types: read.types }))
  }
  const startAt = (start: Start) => setView((now) => ({ ...now, start }))
  return (
    <AdminPage>
      <div className="grid gap-2">
        <BackLink to="/admin/webhooks">{texts.toWebhooks}</BackLink>
        <PageTitle title={texts.title}>{texts.title}</PageTitle>
        <p className="max-w-2xl text-soft">{texts.more}</p>
      </div>
      <form noValidate onSubmit={submit} className="flex flex-wrap items-start gap-3">
        <TextField
          className="min-w-0 flex-1 basis-64"
          label={texts.types}
          hint={admin.webhooks.typesHint}
          name="types"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={fault}
        />
        <Button type="submit" className="sm:mt-6.5">
          {texts.show}
        </Button>
      </form>
      <Choice
        name="begin"
        legend={texts.begin}
        options={[
          { value: 'newest', label: texts.newest },
          { value: 'oldest', label: texts.oldest },
        ]}
        chosen={view.start === 'newest' ? 'newest' : 'oldest'}
        choose={(value) => startAt(value === 'newest' ? 'newest' : 0)}
        className="w-fit"
      />
      <Events key={JSON.stringify(view)} view={view} startAt={startAt} />
    </AdminPage>
  )
}

function Events({ view, startAt }: { view: View; startAt: (start: Start) => void }) {
  const texts = admin.events
  const list = usePages(eventsQuery(view.start, view.types))
  const { data, error, isPending, refetch } = list
  const events = data?.pages.flatMap((page) => page.events)
  const oldest = oldestOf(error)
  if (oldest !== undefined) {
    return (
      <Notice
        live
        title={texts.removed}
        action={
          <Button size="sm" onClick={() => startAt(oldest - 1)}>
            {texts.fromOldest}
          </Button>
        }
      />
    )
  }
  return (
    <>
      {error && !data && <ProblemNotice error={error} title={texts.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={texts.loading} />
          <Skeleton className="h-96 rounded-xl" />
        </>
      )}
      {events?.length === 0 && <p>{texts.none}</p>}
      {events && events.length > 0 && (
        <ul
          aria-label={texts.list}
          className="grid divide-y divide-line rounded-xl bg-surface px-4 shadow-rest sm:px-6"
        >
          {events.map((event) => (
            <Item key={event.position} event={event} />
          ))}
        </ul>
      )}
      <More of={list}>{texts.moreEvents}</More>
    </>
  )
}

/** The first position that is left, when those before it were removed. */
const oldestOf = (error: unknown): number | undefined =>
  error instanceof ShopProblem && String(error.code) === 'events_removed'
    ? Number(error.document?.oldest)
    : undefined

function Item({ event: { position, type, id, time, data } }: { event: ShopEvent }) {
  return (
    <li className="grid gap-0.5 py-3">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-semibold">{type}</span>
        <span className="text-sm text-soft">
          <Time at={time} />
        </span>
      </p>
      <p className="font-mono text-xs text-soft [overflow-wrap:anywhere]">{id}</p>
      <details>
        <summary className="inline-flex min-h-9 cursor-pointer items-center text-sm font-semibold text-accent">
          {admin.events.data}
          <span className="sr-only">: {id}</span>
          <span className="ms-3 font-normal text-soft">
            {admin.deliveries.position(formatNumber(position))}
          </span>
        </summary>
        <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
          {JSON.stringify(data, null, 2)}
        </pre>
      </details>
    </li>
  )
}
