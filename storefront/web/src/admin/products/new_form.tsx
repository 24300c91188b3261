/** The form of a new product or group: what is typed, what is wrong with it, and its buttons. The fields are its children. */
import { type FormEvent, type ReactNode, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import type { Edit, Field, Texts } from './conflict.ts'
import { type Faults, type Money, readFields } from './field_text.ts'
import { refusedFields } from './refused_fields.ts'
import { fieldOf } from './use_draft.ts'

/** `create` sends it, and leaves the form; what it throws is shown. */
export function useNew(begin: Texts, money: Money, create: (edit: Edit) => Promise<unknown>) {
  const [texts, setTexts] = useState(begin)
  const [faults, setFaults] = useState<Faults>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const set = (change: Texts) => setTexts((now) => ({ ...now, ...change }))
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const read = readFields(texts, money)
    setFaults(read.faults)
    setError(undefined)
    const [wrong] = Object.keys(read.faults)
    if (wrong !== undefined) return (form.elements.namedItem(wrong) as HTMLElement | null)?.focus()
    setBusy(true)
    try {
      await create(read.edit)
    } catch (failure) {
      const refused = refusedFields(failure)
      if (refused) setFaults(refused)
      else setError(failure)
    }
    setBusy(false)
  }
  const field = (name: Field) => fieldOf(name, texts, faults, set)
  return { texts, faults, error, busy, set, submit, field }
}

type Props = {
  draft: ReturnType<typeof useNew>
  /** The title of a failure. */
  notSaved: string
  save: string
  close: () => void
  children: ReactNode
}

export const NewForm = ({ draft, notSaved, save, close, children }: Props) => (
  <form noValidate onSubmit={draft.submit} className="grid gap-5">
    {draft.error !== undefined && <ProblemNotice error={draft.error} title={notSaved} />}
    {children}
    <div className="flex flex-wrap justify-end gap-3">
      <Button onClick={close}>{admin.newProduct.cancel}</Button>
      <Button type="submit" tone="primary" busy={draft.busy}>
        {save}
      </Button>
    </div>
  </form>
)
