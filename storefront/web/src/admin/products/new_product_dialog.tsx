import { useQuery, useQueryClient } from '@tanstack/react-query'
import { currencyQuery } from '../../api/queries.ts'
import { dataOf, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import type { Money } from './field_text.ts'
import { NewForm, useNew } from './new_form.tsx'

/** What every product has. The rest follows on its page. */
type First = Pick<Product, 'name' | 'description' | 'price' | 'stock'>

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
  const draft = useNew({ name: '', description: '', price: '', stock: '0' }, money, async (edit) => {
    const product = await dataOf(shop.products.POST('/products', { body: edit as First }))
    await queries.invalidateQueries({ queryKey: ['products', 'list'] })
    toast({ title: admin.newProduct.added(<Typed>{product.name}</Typed>) })
    close()
  })
  const { field } = draft
  return (
    <NewForm draft={draft} notSaved={admin.productPage.notSaved} save={admin.newProduct.save} close={close}>
      <TextField label={admin.fields.labels.name} required {...field('name')} />
      <TextArea label={admin.fields.labels.description} {...field('description')} />
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label={admin.fields.priceIn(money.currency)}
          inputMode="decimal"
          required
          {...field('price')}
        />
        <TextField label={admin.fields.labels.stock} inputMode="numeric" required {...field('stock')} />
      </div>
    </NewForm>
  )
}
