/** Removes a product, a variant or a group, after a question that says what happens. */
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ShopProblem, shop } from '../api/shop.ts'
import { admin } from '../language/admin_texts.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { explain } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'

type Item = { readonly id: string; readonly name: string; readonly version: number }
type Kind = 'products' | 'groups'

const CONFLICTS = ['version_conflict', 'group_conflict']

const callOf = (kind: Kind, { id, version }: Item) => {
  const params = { path: { id }, query: { version } }
  return kind === 'groups'
    ? shop.products.DELETE('/groups/{id}', { params })
    : shop.products.DELETE('/products/{id}', { params })
}

/** Resolves whether it is gone. One that is gone already is. */
export function useRemove(kind: Kind) {
  const queries = useQueryClient()
  return async (item: Item): Promise<boolean> => {
    try {
      await callOf(kind, item).catch((error) => {
        if (!(error instanceof ShopProblem && error.status === 404)) throw error
      })
      toast({ title: admin.products.removed(<Typed>{item.name}</Typed>) })
      return true
    } catch (error) {
      const changed = error instanceof ShopProblem && CONFLICTS.includes(error.code)
      toast({
        tone: 'bad',
        title: admin.products.notRemoved,
        description: changed ? admin.products.justEdited : explain(error),
      })
      return false
    } finally {
      await queries.invalidateQueries({ queryKey: ['products', 'list'] })
      void queries.invalidateQueries({ queryKey: ['admin', 'groups', 'list'] })
    }
  }
}

/** `item` is undefined while nothing is asked. */
export function RemoveDialog<T extends Item>({
  kind,
  item,
  close,
  onRemoved,
  children,
}: {
  kind: Kind
  item: T | undefined
  close: () => void
  onRemoved?: () => void
  children: ReactNode
}) {
  const [busy, setBusy] = useState(false)
  const remove = useRemove(kind)
  const confirm = async (item: T) => {
    setBusy(true)
    const gone = await remove(item)
    setBusy(false)
    close()
    if (gone) onRemoved?.()
  }
  return (
    <ConfirmDialog
      open={item !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.products.removeAsk(<Typed>{item?.name ?? admin.products.thisProduct}</Typed>)}
      confirm={admin.products.removeYes}
      keep={admin.common.keep}
      busy={busy}
      onConfirm={() => item && void confirm(item)}
    >
      {children}
    </ConfirmDialog>
  )
}

/** The button of its own page. */
export function RemoveButton(props: {
  kind: Kind
  item: Item
  onRemoved: () => void
  label: string
  children: ReactNode
}) {
  const { kind, item, onRemoved, label, children } = props
  const [asked, setAsked] = useState<Item>()
  return (
    <>
      <Button tone="danger" icon="trash" className="justify-self-start" onClick={() => setAsked(item)}>
        {label}
      </Button>
      <RemoveDialog kind={kind} item={asked} close={() => setAsked(undefined)} onRemoved={onRemoved}>
        {children}
      </RemoveDialog>
    </>
  )
}
