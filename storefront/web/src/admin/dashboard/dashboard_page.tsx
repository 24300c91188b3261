/** What waits for the shopkeeper, and the figures of a day or a month, as the order service counted them. */

import { useSearchParams } from 'react-router'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { dateFormat, formatClock } from '../../language/formats.ts'
import { Choice } from '../../ui/choice.tsx'
import { cx } from '../../ui/cx.ts'
import { useWaiting } from '../../ui/late.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { useWanted } from '../../ui/use_wanted.ts'
import { AdminPage } from '../parts.tsx'
import { Figures } from './figures_of_range.tsx'
import { overviewQuery } from './queries.ts'
import { DAY_MS, RANGES, type Range, rangeIn, rangeOf } from './ranges.ts'
import { RunningOut } from './running_out.tsx'
import { Waiting } from './waiting.tsx'

export default function DashboardPage() {
  const [params, setParams] = useSearchParams()
  const name = rangeIn(params)
  const [wanted, want] = useWanted(name)
  const now = new Date()
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer(
    overviewQuery(rangeOf(name, now)),
  )
  useWaiting(isPlaceholderData)
  return (
    <AdminPage>
      <PageTitle title={admin.overview.title}>{admin.overview.title}</PageTitle>
      <Waiting />
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <Choice
          name="range"
          legend={admin.overview.range}
          options={RANGES.map((value) => ({ value, label: admin.overview.ranges[value] }))}
          chosen={wanted}
          choose={(value) => {
            want(value)
            setParams(value === 'today' ? {} : { range: value }, { replace: true })
          }}
        />
        <p className="text-sm text-soft">
          {data && !isPlaceholderData && describe(data, now, dataUpdatedAt)}
        </p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.overview.notRead} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.overview.loading} />
          <Skeleton className="h-28 rounded-xl" />
          <Skeleton className="h-80 rounded-xl" />
        </>
      )}
      {data && (
        <div
          aria-busy={isPlaceholderData}
          className={cx('grid gap-6 transition-opacity', isPlaceholderData && 'opacity-50')}
        >
          <Figures overview={data} range={name} />
        </div>
      )}
      <RunningOut overview={data} now={now} />
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
    </AdminPage>
  )
}

/** The day, or the first and the last one; and until when, while it is not over. */
function describe({ from, to }: Range, now: Date, at: number): string {
  const last = new Date(to.getTime() - 1)
  const days =
    to.getTime() - from.getTime() > 2 * DAY_MS
      ? dateFormat({ dateStyle: 'medium' }).formatRange(from, last)
      : dateFormat({ weekday: 'long', day: 'numeric', month: 'long' }).format(from)
  return to > now ? admin.overview.soFar(days, formatClock(at)) : days
}
