import { useMutation, useQueryClient } from '@tanstack/react-query'
import { shop } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { own } from '../language/own_texts.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Ago, Time } from '../ui/format.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { hasCode } from './explain_own.ts'
import { Part, Refused, Waiting } from './parts.tsx'
import { sessionsQuery } from './queries.ts'

export function SessionsPart() {
  const { data, error, refetch } = useAnswer(sessionsQuery)
  const queries = useQueryClient()
  const { mutate, variables, isPending, ...ending } = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await end(id)
    },
    onSuccess: (_, ids) => toast({ title: ids.length === 1 ? own.sessions.ended : own.sessions.endedOthers }),
    onSettled: () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  const others = data?.items.filter(({ current }) => !current).map(({ id }) => id) ?? []
  return (
    <Part id="sessions" title={own.sessions.title}>
      <Refused error={ending.error} title={own.sessions.failed} />
      {!data && <Waiting error={error} retry={refetch} />}
      {data && (
        <ul aria-label={own.sessions.list} className="grid divide-y divide-line">
          {data.items.map(({ id, client, current, began_at, last_used_at }) => (
            <li key={id} className="flex min-h-16 flex-wrap items-center justify-between gap-3 py-3">
              <div className="min-w-0 flex-1 basis-48">
                <p className="flex flex-wrap items-center gap-3 font-semibold">
                  <Typed>{client ?? own.sessions.unknown}</Typed>
                  {current && <Badge tone="good">{own.sessions.here}</Badge>}
                </p>
                <p className="text-sm text-soft">
                  {own.sessions.times(<Time at={began_at} />, <Ago at={last_used_at} />)}
                </p>
              </div>
              {!current && (
                <Button
                  size="sm"
                  aria-label={own.sessions.endNamed(client ?? own.sessions.unknown)}
                  busy={isPending && variables.includes(id)}
                  onClick={() => mutate([id])}
                >
                  {own.sessions.end}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {others.length > 1 && (
        <Button busy={isPending} onClick={() => mutate(others)} className="justify-self-start">
          {own.sessions.endOthers}
        </Button>
      )}
    </Part>
  )
}

/** One that has ended already is as wanted. */
const end = (id: string) =>
  shop.auth.DELETE('/me/sessions/{id}', { params: { path: { id } } }).catch((failure) => {
    if (!hasCode(failure, 'session_not_found')) throw failure
  })
