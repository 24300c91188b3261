import { type FormEvent, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { readRange } from './event_types.ts'
import type { Replay } from './queries.ts'

export function ReplayRange({ busy, send }: { busy: boolean; send: (replay: Replay) => void }) {
  const texts = admin.deliveries
  const [faults, setFaults] = useState<{ after?: string; before?: string }>({})
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const { range, fault } = readRange(String(fields.get('after')), String(fields.get('before')))
    setFaults(fault ?? {})
    if (range) send(range)
  }
  return (
    <details className="rounded-lg border border-line p-4">
      <summary className="cursor-pointer font-semibold">{texts.range}</summary>
      <form noValidate onSubmit={submit} className="mt-3 grid gap-4">
        <p className="text-soft">{texts.rangeMore}</p>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={texts.after}
            name="after"
            inputMode="numeric"
            autoComplete="off"
            error={faults.after}
          />
          <TextField
            label={texts.before}
            name="before"
            inputMode="numeric"
            autoComplete="off"
            error={faults.before}
          />
        </div>
        <Button type="submit" busy={busy} className="justify-self-start">
          {texts.send}
        </Button>
      </form>
    </details>
  )
}
