import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { currencyQuery } from '../../api/queries.ts'
import { dataOf, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { faultsByField } from '../../ui/field_faults.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { type Money, readFields } from './field_text.ts'

/** What every product has. The rest follows on its page. */
const FIRST = ['name', 'description', 'price', 'stock'] as const

type Props = { open: boolean; onOpenChange: (open: boolean) => void }

export function NewProductDialog({ open, onOpenChange }: Props) {
  const { data: money, error, refetch } = useQuery({ ...currencyQuery(), enabled: open })
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={admin.products.new}
      description={admin.newProduct.more}
    >
      {error && !money && <ProblemNotice error={error} title={admin.newProduct.notShown} retry={refetch} />}
      {money && <NewProduct money={money} close={() => onOpenChange(false)} />}
    </Dialog>
  )
}

function NewProduct({ money, close }: { money: Money; close: () => void }) {
  const queries = useQueryClient()
  const [faults, setFaults] = useState<Record<string, string | undefined>>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const texts = new FormData(form)
    const read = readFields(
      Object.fromEntries(FIRST.map((field) => [field, String(texts.get(field) ?? '')])),
      money,
    )
    setFaults(read.faults)
    setError(undefined)
    const [wrong] = Object.keys(read.faults)
    if (wrong) return (form.elements.namedItem(wrong) as HTMLElement).focus()
    setBusy(true)
    try {
      const product = await dataOf(
        shop.products.POST('/products', { body: read.edit as Pick<Product, (typeof FIRST)[number]> }),
      )
      await queries.invalidateQueries({ queryKey: ['products', 'list'] })
      toast({
        title: admin.newProduct.added(<Typed>{product.name}</Typed>),
      })
      close()
    } catch (error) {
      const faults = faultsByField(error, admin.fields.subjects)
      if (faults) setFaults(faults)
      else setError(error)
    }
    setBusy(false)
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error !== undefined && <ProblemNotice error={error} title={admin.productPage.notSaved} />}
      <TextField label={admin.fields.labels.name} name="name" required error={faults.name} />
      <TextArea label={admin.fields.labels.description} name="description" error={faults.description} />
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label={admin.fields.priceIn(money.currency)}
          name="price"
          inputMode="decimal"
          required
          error={faults.price}
        />
        <TextField
          label={admin.fields.labels.stock}
          name="stock"
          inputMode="numeric"
          defaultValue="0"
          required
          error={faults.stock}
        />
      </div>
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.newProduct.cancel}</Button>
        <Button type="submit" tone="primary" busy={busy}>
          {admin.newProduct.save}
        </Button>
      </div>
    </form>
  )
}
