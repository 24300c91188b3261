/** Yours, theirs and merged for each field. One click saves the merged product. */

import { type FormEvent, type RefObject, useRef, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { conflictsOf, type Edit, type Texts } from './conflict.ts'
import { ConflictField } from './conflict_field.tsx'
import { readFields } from './field_text.ts'
import type { ShownConflict } from './use_save_product.ts'

type Props = {
  conflict: ShownConflict | undefined
  resolve: (merged: Edit) => Promise<void>
  keepTheirs: () => void
  putOff: () => void
}

export function ConflictDialog({ conflict, resolve, keepTheirs, putOff }: Props) {
  const saver = useRef<HTMLButtonElement>(null)
  return (
    <Dialog
      open={conflict !== undefined}
      onOpenChange={(open) => !open && putOff()}
      size="wide"
      initialFocus={saver}
      title={admin.conflict.title}
      description={admin.conflict.more}
    >
      {conflict && (
        <Merge
          key={conflict.current.version}
          saver={saver}
          conflict={conflict}
          resolve={resolve}
          keepTheirs={keepTheirs}
        />
      )}
    </Dialog>
  )
}

function Merge({
  conflict,
  resolve,
  keepTheirs,
  saver,
}: Omit<Props, 'putOff'> & { conflict: ShownConflict; saver: RefObject<HTMLButtonElement | null> }) {
  const { seen, edit, current } = conflict
  const rows = conflictsOf(seen, edit, current)
  const [texts, setTexts] = useState<Texts>(() =>
    Object.fromEntries(rows.map(({ field, merged }) => [field, merged])),
  )
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const { edit: merged, faults } = readFields(texts, current)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (Object.keys(faults).length > 0) return
    setBusy(true)
    setError(undefined)
    await resolve(merged).catch(setError)
    setBusy(false)
  }
  return (
    <form onSubmit={submit} className="grid gap-5">
      {error !== undefined && <ProblemNotice error={error} title={admin.conflict.notSaved} />}
      {rows.map((row) => (
        <ConflictField
          key={row.field}
          row={row}
          currency={current.currency}
          text={texts[row.field] ?? ''}
          fault={faults[row.field]}
          onChange={(text) => setTexts({ ...texts, [row.field]: text })}
        />
      ))}
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap justify-end gap-3 border-t border-line bg-surface p-5 sm:-bottom-7 sm:-mx-7 sm:-mb-7 sm:px-7">
        <Button onClick={keepTheirs}>{admin.conflict.keepTheirs}</Button>
        <Button ref={saver} type="submit" tone="primary" busy={busy}>
          {admin.conflict.save}
        </Button>
      </div>
    </form>
  )
}
