/** A dialog with one text that may stay empty. */
import { type FormEvent, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea } from '../../ui/field.tsx'
import { lengthFault } from '../../ui/limits.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'

type Props = {
  close: () => void
  title: string
  label: string
  limit: { readonly maxLength: number }
  confirm: string
  tone?: 'danger'
  done: string
  failed: string
  save: (note: { note?: string }) => Promise<unknown>
  error: unknown
  isPending: boolean
}

export function NoteDialog({ open, ...props }: Props & { open: boolean }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && props.close()} title={props.title}>
      <NoteForm {...props} />
    </Dialog>
  )
}

function NoteForm({ close, label, limit, confirm, tone, done, failed, save, error, isPending }: Props) {
  const [note, setNote] = useState('')
  const [fault, setFault] = useState<string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const said = note.trim()
    const wrong = said === '' ? undefined : lengthFault(said, limit)
    setFault(wrong)
    if (wrong !== undefined) return
    save(said === '' ? {} : { note: said }).then(
      () => {
        toast({ title: done })
        close()
      },
      () => {},
    )
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error != null && <ProblemNotice error={error} title={failed} />}
      <TextArea
        label={label}
        autoComplete="off"
        value={note}
        error={fault}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.returns.notYet}</Button>
        <Button type="submit" tone={tone ?? 'primary'} busy={isPending}>
          {confirm}
        </Button>
      </div>
    </form>
  )
}
