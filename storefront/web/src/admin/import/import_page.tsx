/** Products from a CSV file, and all of them as one. The work is done on the server: the page shows how far it is. */
import { useQueryClient } from '@tanstack/react-query'
import { type DragEvent, useRef, useState } from 'react'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatMoment, formatNumber, formatPercent } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { AdminPage, Panel } from '../parts.tsx'
import { FILE_BYTES_MAX } from './file_size.ts'
import { ImportJob } from './import_job.tsx'
import { download, type Import, importsQuery, isOpen, upload } from './import_queries.ts'

const BYTES_PER_MIB = 1024 * 1024
const CSV = '.csv,.tsv,.txt,text/csv'

export default function ImportPage() {
  const { data, error, isPending, refetch } = useAnswer(importsQuery())
  const [latest, ...earlier] = data?.items ?? []
  const [sending, setSending] = useState<{ name: string; share: number }>()
  /** What is under way is alone on the page: it grows, and would push the rest about. */
  const isBusy = sending !== undefined || (latest !== undefined && isOpen(latest))
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.imports.title}>{admin.imports.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.imports.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.imports.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.imports.loading} />
          <Skeleton className="h-64 rounded-xl" />
        </>
      )}
      {data && (
        <>
          {(sending || !latest || !isOpen(latest)) && <Chooser sending={sending} setSending={setSending} />}
          {latest && !sending && <ImportJob key={latest.id} job={latest} />}
          {!isBusy && <Export />}
          {!isBusy && <Earlier imports={earlier} />}
        </>
      )}
    </AdminPage>
  )
}

type Sending = { name: string; share: number } | undefined

function Chooser({ sending, setSending }: { sending: Sending; setSending: (next: Sending) => void }) {
  const queries = useQueryClient()
  const chooser = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [error, setError] = useState<unknown>()
  const [tooLarge, setTooLarge] = useState(false)

  const send = async (file: File | undefined) => {
    setError(undefined)
    setTooLarge(file !== undefined && file.size > FILE_BYTES_MAX)
    if (!file || file.size > FILE_BYTES_MAX) return
    const { name } = file
    setSending({ name, share: 0 })
    await upload(file, (share) => setSending({ name, share })).catch(setError)
    await queries.invalidateQueries({ queryKey: importsQuery().queryKey })
    setSending(undefined)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (!sending) void send(event.dataTransfer.files[0])
  }
  return (
    <Panel title={admin.imports.choose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button does the same */}
      <div
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          'flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border border-dashed p-4 transition-colors sm:p-6',
          over ? 'border-accent bg-accent-soft' : 'border-edge',
        )}
      >
        <p role="status" className="min-w-0 flex-1 basis-48 text-sm text-soft [overflow-wrap:anywhere]">
          {sending
            ? admin.imports.uploading(sending.name, formatPercent(sending.share))
            : over
              ? admin.imports.letGo
              : admin.imports.drop}
        </p>
        <p className="text-sm text-soft">{admin.imports.taxClasses}</p>
        <input
          ref={chooser}
          type="file"
          hidden
          accept={CSV}
          aria-label={admin.imports.choose}
          onChange={({ currentTarget }) => {
            void send(currentTarget.files?.[0])
            currentTarget.value = ''
          }}
        />
        <Button tone="primary" busy={sending !== undefined} onClick={() => chooser.current?.click()}>
          {admin.imports.choose}
        </Button>
      </div>
      {tooLarge && <Notice live tone="bad" className="mt-4" title={admin.imports.tooLarge} />}
      {error !== undefined && (
        <ProblemNotice className="mt-4" error={error} title={admin.imports.notUploaded} />
      )}
    </Panel>
  )
}

function Export() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [received, setReceived] = useState(0)
  const save = async () => {
    setBusy(true)
    setError(undefined)
    await download('catalogue.csv', undefined, setReceived).catch(setError)
    setBusy(false)
    setReceived(0)
  }
  return (
    <Panel title={admin.imports.exportTitle}>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p role="status" className="max-w-xl text-sm text-soft">
          {received > 0
            ? admin.imports.exporting(formatNumber(Math.ceil(received / BYTES_PER_MIB)))
            : admin.imports.exportMore}
        </p>
        <Button icon="down" busy={busy} onClick={() => void save()}>
          {admin.imports.export}
        </Button>
      </div>
      {error !== undefined && (
        <ProblemNotice className="mt-4" error={error} title={admin.imports.notExported} />
      )}
    </Panel>
  )
}

function Earlier({ imports }: { imports: readonly Import[] }) {
  return (
    <Panel title={admin.imports.before}>
      {imports.length === 0 && <p className="text-sm text-soft">{admin.imports.noneBefore}</p>}
      <ul className="divide-y divide-line">
        {imports.map(({ id, name, state, updated_at }) => (
          <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 py-3 text-sm">
            <span className="min-w-0 font-semibold [overflow-wrap:anywhere]">{name}</span>
            <span className="text-soft">
              {admin.imports.states[state]} · {formatMoment(new Date(updated_at))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
