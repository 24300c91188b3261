/** All fields of a product. What is typed stays when the product changes; saving then reports the conflict. */

import { type FormEvent, useState } from 'react'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { faultsByField } from '../../ui/field_faults.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { FIELDS, type Field } from './conflict.ts'
import { ConflictDialog } from './conflict_dialog.tsx'
import { readFields } from './field_text.ts'
import { useSaveProduct } from './use_save_product.ts'

type Texts = Record<Field, string>
const textsOf = (product: Product) =>
  Object.fromEntries(FIELDS.map((field) => [field, String(product[field])])) as Texts

export function ProductForm({ product }: { product: Product }) {
  const { save, conflict, resolve, keepTheirs, putOff } = useSaveProduct()
  /** The product the edit started from. Only an unedited form follows later versions. */
  const [draft, setDraft] = useState<{ seen: Product; texts: Texts }>()
  const [faults, setFaults] = useState<Partial<Record<Field, string>>>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const { seen, texts } = draft ?? { seen: product, texts: textsOf(product) }

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const read = readFields(texts, seen)
    setFaults(read.faults)
    setError(undefined)
    if (Object.keys(read.faults).length > 0) return
    setBusy(true)
    try {
      const saved = await save(seen, read.edit, () => setDraft(undefined))
      if (saved) {
        setDraft(undefined)
        toast({ title: admin.productPage.saved })
      }
    } catch (failure) {
      const refused = faultsByField(failure, admin.fields.subjects)
      if (refused) setFaults(refused)
      else setError(failure)
    }
    setBusy(false)
  }
  const field = (name: Field) => ({
    name,
    value: texts[name],
    error: faults[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ seen, texts: { ...texts, [name]: event.currentTarget.value } }),
  })
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error !== undefined && <ProblemNotice error={error} title={admin.productPage.notSaved} />}
      <TextField label={admin.fields.labels.name} {...field('name')} />
      <TextArea label={admin.fields.labels.description} {...field('description')} />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField label={admin.fields.priceIn(seen.currency)} inputMode="decimal" {...field('price')} />
        <TextField
          label={admin.fields.labels.stock}
          inputMode="numeric"
          hint={admin.productPage.stockHint}
          {...field('stock')}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" tone="primary" busy={busy} disabled={!draft}>
          {admin.productPage.save}
        </Button>
        {draft && (
          <Button
            tone="quiet"
            onClick={() => {
              setDraft(undefined)
              setFaults({})
              setError(undefined)
            }}
          >
            {admin.productPage.undo}
          </Button>
        )}
      </div>
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </form>
  )
}
