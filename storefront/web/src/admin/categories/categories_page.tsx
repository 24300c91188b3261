/** The categories of the shop: a tree that admins add to, move about in, describe and remove from. */
import { CATEGORY_DEPTH_MAX } from '@shop/product_service/domain/category'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { explain, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage } from '../parts.tsx'
import { CategoryDialog, type Editing, refusalOf } from './category_dialog.tsx'
import { CategoryList, type Step, stepId } from './category_list.tsx'
import { below, type Category, currentOf, forgetTree, type Tree, treeQuery } from './tree.ts'

export default function CategoriesPage() {
  const texts = admin.categories
  const queries = useQueryClient()
  const { data: tree, error, isPending, refetch } = useAnswer(treeQuery())
  const [editing, setEditing] = useState<Editing>()
  const [removing, setRemoving] = useState<Category>()
  const { move, spoken } = useMoves(tree ?? [])
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setEditing({ parentId: null })}>
      {texts.add}
    </Button>
  )
  const remove = (category: Category) => {
    const inside = below(tree ?? [], category.id).length
    if (inside === 0) return setRemoving(category)
    toast({
      tone: 'bad',
      title: texts.notRemoved(<Typed>{category.name}</Typed>),
      description: texts.refused.category_not_empty,
    })
  }
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={texts.title} aside={add}>
          {texts.title}
        </PageTitle>
        <p className="max-w-2xl text-soft">{texts.more}</p>
      </div>
      {error && !tree && <ProblemNotice error={error} title={texts.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={texts.loading} />
          <Skeleton className="h-96 rounded-xl" />
        </>
      )}
      {tree?.length === 0 && (
        <EmptyState title={texts.none} action={add}>
          {texts.noneMore}
        </EmptyState>
      )}
      {tree && tree.length > 0 && (
        <section aria-label={texts.title} className="rounded-xl bg-surface px-4 py-2 shadow-rest sm:px-6">
          <CategoryList
            tree={tree}
            deepest={CATEGORY_DEPTH_MAX}
            actions={{
              move,
              remove,
              edit: (category) => setEditing({ category }),
              addBelow: ({ id }) => setEditing({ parentId: id }),
            }}
          />
        </section>
      )}
      <p role="status" className="sr-only">
        {spoken}
      </p>
      <CategoryDialog tree={tree ?? []} editing={editing} close={() => setEditing(undefined)} />
      <RemoveDialog
        category={removing}
        close={() => setRemoving(undefined)}
        done={() => forgetTree(queries)}
      />
    </AdminPage>
  )
}

/** One step up or down among those beside it. The button keeps the focus, and the new place is read out. */
function useMoves(tree: Tree) {
  const queries = useQueryClient()
  const [spoken, setSpoken] = useState('')
  const busy = useRef(false)
  const focused = useRef<string>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the moved category is at its new place
  useEffect(() => {
    if (focused.current) document.getElementById(focused.current)?.focus()
    focused.current = undefined
  }, [tree])
  const move = async ({ id, name, parent_id, position, version }: Category, step: Step) => {
    if (busy.current) return
    busy.current = true
    try {
      const body = { version, position: position + (step === 'up' ? -1 : 1) }
      const moved = await dataOf(shop.products.PATCH('/categories/{id}', { params: { path: { id } }, body }))
      setSpoken(admin.categories.moved(name, moved.position + 1, below(tree, parent_id).length))
    } catch (error) {
      const description = currentOf(error) ? admin.categories.conflict : (refusalOf(error) ?? explain(error))
      toast({ tone: 'bad', title: admin.categories.notMoved(<Typed>{name}</Typed>), description })
    }
    focused.current = stepId(id, step)
    await forgetTree(queries)
    busy.current = false
  }
  return { spoken, move: (category: Category, step: Step) => void move(category, step) }
}

type RemoveProps = { category: Category | undefined; close: () => void; done: () => Promise<unknown> }

function RemoveDialog({ category, close, done }: RemoveProps) {
  const [busy, setBusy] = useState(false)
  const remove = async ({ id, name, version }: Category) => {
    setBusy(true)
    try {
      await shop.products.DELETE('/categories/{id}', { params: { path: { id }, query: { version } } })
      await done()
      toast({ title: admin.categories.removed(<Typed>{name}</Typed>) })
    } catch (error) {
      const description = currentOf(error) ? admin.categories.conflict : (refusalOf(error) ?? explain(error))
      toast({ tone: 'bad', title: admin.categories.notRemoved(<Typed>{name}</Typed>), description })
      await done()
    }
    setBusy(false)
    close()
  }
  return (
    <ConfirmDialog
      open={category !== undefined}
      onOpenChange={(open) => !open && close()}
      title={admin.categories.removeAsk(<Typed>{category?.name ?? ''}</Typed>)}
      confirm={admin.categories.removeYes}
      keep={admin.common.keep}
      busy={busy}
      onConfirm={() => category && void remove(category)}
    >
      {admin.categories.removeMore}
    </ConfirmDialog>
  )
}
