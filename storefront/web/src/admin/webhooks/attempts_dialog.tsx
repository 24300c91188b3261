import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { attemptsQuery, type Delivery } from './queries.ts'

export function AttemptsDialog({
  id,
  delivery,
  close,
}: {
  id: string
  delivery: Delivery | undefined
  close: () => void
}) {
  return (
    <Dialog
      open={delivery !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.deliveries.attemptsTitle}
      description={admin.deliveries.attemptsMore}
    >
      {delivery && <Attempts id={id} position={delivery.position} />}
    </Dialog>
  )
}

function Attempts({ id, position }: { id: string; position: number }) {
  const texts = admin.deliveries
  const { data, error, refetch } = useAnswer(attemptsQuery(id, position))
  if (!data) {
    if (error) return <ProblemNotice error={error} title={texts.notShown} retry={refetch} />
    return (
      <>
        <Loading what={texts.loading} />
        <Skeleton className="h-24" />
      </>
    )
  }
  if (data.items.length === 0) return <p>{texts.noAttempts}</p>
  return (
    <ul aria-label={texts.attemptsTitle} className="grid divide-y divide-line">
      {data.items.map(({ at, status, error, duration_ms }) => (
        <li key={at} className="grid gap-0.5 py-3">
          <p className="flex flex-wrap justify-between gap-x-4">
            <span className="font-semibold">{status === null ? texts.noAnswer : texts.answered(status)}</span>
            <span className="text-soft">{texts.took(formatNumber(duration_ms))}</span>
          </p>
          <p className="text-sm text-soft">
            <Time at={at} />
          </p>
          {error !== null && <p className="text-sm [overflow-wrap:anywhere]">{error}</p>}
        </li>
      ))}
    </ul>
  )
}
