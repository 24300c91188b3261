/** One import: what the check found, how its columns were understood, how far it is, and what is to be said of its rows. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { More, Panel, Tile } from '../parts.tsx'
import { Mapping } from './import_mapping.tsx'
import { noteText } from './import_note.ts'
import { change, download, type Import, importsQuery, isOpen, notesQuery } from './import_queries.ts'

export function ImportJob({ job }: { job: Import }) {
  const { state, steps, position, checked, applied } = job
  const isChecked = state === 'checked'
  return (
    <Panel title={job.name} aside={<p className="font-semibold text-soft">{admin.imports.states[state]}</p>}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        {state === 'uploading' && <Notice tone="warn" title={admin.imports.interrupted} />}
        {state === 'failed' && (
          <Notice
            tone="bad"
            title={noteText({ code: job.failure_code, values: job.failure_values }) ?? job.failure}
          />
        )}
        {state === 'checking' && (
          <p className="text-soft">{admin.imports.checkingMore(formatNumber(checked.rows))}</p>
        )}
        {state === 'applying' && (
          <div className="grid gap-2">
            <p className="text-soft">
              {admin.imports.applyingMore(formatNumber(position), formatNumber(steps))}
            </p>
            <progress
              aria-label={admin.imports.progress}
              className="h-3 w-full accent-accent"
              max={steps}
              value={position}
            />
          </div>
        )}
        {(isChecked || state === 'checking') && (
          <Numbers
            numbers={[
              ...[['rows', checked.rows] as const, ['created', checked.created] as const],
              ...[['changed', checked.changed] as const, ['unchanged', checked.unchanged] as const],
              ...[['stockIn', checked.stock_in] as const, ['stockOut', checked.stock_out] as const],
              ...[['faults', checked.faults] as const, ['conflicts', checked.conflicts] as const],
            ]}
          />
        )}
        {(state === 'applying' || state === 'done' || (state === 'cancelled' && position > 0)) && (
          <Numbers
            numbers={[
              ...[['created', applied.created] as const, ['changed', applied.changed] as const],
              ...[['stockIn', applied.stock_in] as const, ['stockOut', applied.stock_out] as const],
              ...[['conflicts', applied.conflicts] as const, ['refused', applied.refused] as const],
            ]}
          />
        )}
        {isChecked && steps === 0 && <Notice tone="good" title={admin.imports.nothing} />}
        {isChecked && steps > 0 && checked.faults > 0 && (
          <Notice tone="warn" title={admin.imports.withFaults} />
        )}
        <Actions job={job} />
        {(isChecked || state === 'failed') && job.sheet && <Mapping sheet={job.sheet} />}
        {(isChecked || state === 'done' || state === 'cancelled') && <Notes job={job} />}
      </div>
    </Panel>
  )
}

type Numbered =
  | 'rows'
  | 'created'
  | 'changed'
  | 'unchanged'
  | 'stockIn'
  | 'stockOut'
  | 'faults'
  | 'conflicts'
  | 'refused'

function Numbers({ numbers }: { numbers: readonly (readonly [Numbered, number])[] }) {
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4 [&>div]:bg-sunken [&>div]:shadow-none">
      {numbers.map(([what, count]) => (
        <Tile key={what} label={admin.imports[what]} value={formatNumber(count)} />
      ))}
    </dl>
  )
}

function Actions({ job }: { job: Import }) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const { id, state, steps, checked } = job
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setError(undefined)
    await work().catch(setError)
    await queries.invalidateQueries({ queryKey: importsQuery().queryKey })
    setBusy(false)
  }
  const count = formatNumber(steps)
  const hasNotes = checked.faults + checked.warnings + checked.conflicts + job.applied.conflicts > 0
  return (
    <>
      <div className="flex flex-wrap gap-3 empty:hidden">
        {state === 'checked' && steps > 0 && (
          <Button
            tone="primary"
            busy={busy}
            onClick={() =>
              void run(() => change(id, { state: 'applying', without_faulty: checked.faults > 0 }))
            }
          >
            {checked.faults > 0 ? admin.imports.startWithout(count) : admin.imports.start(count)}
          </Button>
        )}
        {hasNotes && state !== 'checking' && (
          <Button
            icon="down"
            busy={busy}
            onClick={() => void run(() => download(`${job.name}-notes.csv`, id))}
          >
            {admin.imports.result}
          </Button>
        )}
        {isOpen(job) && (
          <Button tone="quiet" busy={busy} onClick={() => void run(() => change(id, { state: 'cancelled' }))}>
            {admin.imports.cancel}
          </Button>
        )}
      </div>
      {error !== undefined && <ProblemNotice error={error} title={admin.imports.notChanged} />}
    </>
  )
}

const NoteText = ({ text, message }: { text: string | undefined; message: string }) =>
  text === undefined ? <bdi lang="en">{message}</bdi> : <bdi>{text}</bdi>

function Notes({ job }: { job: Import }) {
  const notes = usePages(notesQuery(job))
  const items = notes.data?.pages.flatMap((page) => page.items) ?? []
  if (notes.error && items.length === 0)
    return <ProblemNotice error={notes.error} title={admin.imports.notShown} retry={notes.refetch} />
  if (notes.isPending) return null
  if (items.length === 0) return <p className="text-sm text-soft">{admin.imports.noNotes}</p>
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Table caption={admin.imports.notes} className="text-sm">
        <thead>
          <tr>
            <Th numeric>{admin.imports.row}</Th>
            <Th className="text-start">{admin.imports.kind}</Th>
            <Th className="text-start">{admin.imports.column}</Th>
            <Th className="text-start">{admin.imports.message}</Th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ row, kind, column, message, code, values }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notes have no id, and none moves
            <tr key={i} className="border-t border-line">
              <Td numeric>{formatNumber(row)}</Td>
              <Td>{admin.imports.kinds[kind]}</Td>
              <Td>
                <bdi>{column}</bdi>
              </Td>
              <Td className="min-w-64 [overflow-wrap:anywhere]">
                <NoteText text={noteText({ code, values })} message={message} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <More of={notes} small>
        {admin.imports.moreNotes}
      </More>
    </div>
  )
}
