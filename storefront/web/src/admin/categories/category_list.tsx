/** The tree as nested lists. Each category can be moved among those beside it with the buttons Up and Down. */
import { admin } from '../../language/admin_texts.ts'
import { categoryAddress } from '../../shop/category_tree.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Typed } from '../../ui/typed.tsx'
import { below, type Category, type Tree } from './tree.ts'

export type Step = 'up' | 'down'
type Actions = {
  edit: (category: Category) => void
  addBelow: (category: Category) => void
  remove: (category: Category) => void
  move: (category: Category, step: Step) => void
}

/** The id of a button, which has the focus again after its category has moved. */
export const stepId = (id: string, step: Step) => `${step}-${id}`

type Props = { tree: Tree; parentId?: string | null; actions: Actions; deepest: number }

export function CategoryList({ tree, parentId = null, actions, deepest }: Props) {
  const siblings = below(tree, parentId)
  if (siblings.length === 0) return null
  return (
    <ul className={cx(parentId !== null && 'border-s border-line ps-3 sm:ms-2 sm:ps-5')}>
      {siblings.map((category, i) => (
        <li key={category.id}>
          <Row
            category={category}
            isFirst={i === 0}
            isTopmost={i === 0 && parentId === null}
            isLast={i === siblings.length - 1}
            canHaveBelow={category.path.length < deepest}
            actions={actions}
          />
          <CategoryList tree={tree} parentId={category.id} actions={actions} deepest={deepest} />
        </li>
      ))}
    </ul>
  )
}

type RowProps = {
  category: Category
  isFirst: boolean
  isTopmost: boolean
  isLast: boolean
  canHaveBelow: boolean
  actions: Actions
}

function Row({ category, isFirst, isTopmost, isLast, canHaveBelow, actions }: RowProps) {
  const { id, name, slug, description } = category
  const texts = admin.categories
  return (
    <div
      className={cx(
        'flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2',
        !isTopmost && 'border-t border-line',
      )}
    >
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-semibold">
          <Typed>{name}</Typed>
        </p>
        <p className="text-sm text-soft [overflow-wrap:anywhere]">
          <bdi>{categoryAddress({ slug })}</bdi>
        </p>
        {description !== '' && (
          <Typed as="p" className="line-clamp-2 text-sm text-soft max-sm:hidden">
            {description}
          </Typed>
        )}
      </div>
      <div className="-me-2 -ms-3 flex flex-wrap items-center sm:ms-0">
        <IconButton
          id={stepId(id, 'up')}
          icon="up"
          label={texts.up(name)}
          idle={isFirst}
          run={() => actions.move(category, 'up')}
        />
        <IconButton
          id={stepId(id, 'down')}
          icon="down"
          label={texts.down(name)}
          idle={isLast}
          run={() => actions.move(category, 'down')}
        />
        <IconButton
          icon="plus"
          label={texts.addBelow(name)}
          idle={!canHaveBelow}
          run={() => actions.addBelow(category)}
        />
        <IconButton icon="trash" label={texts.removeOne(name)} run={() => actions.remove(category)} />
        <Button
          size="sm"
          tone="quiet"
          aria-label={texts.editOne(name)}
          onClick={() => actions.edit(category)}
        >
          {texts.editShort}
        </Button>
      </div>
    </div>
  )
}

type IconButtonProps = { id?: string; icon: IconName; label: string; idle?: boolean; run: () => void }

/** An idle one keeps its focus, and its place. */
function IconButton({ id, icon, label, idle = false, run }: IconButtonProps) {
  return (
    <button
      id={id}
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={idle || undefined}
      onClick={() => !idle && run()}
      className="grid size-11 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink aria-disabled:cursor-not-allowed aria-disabled:opacity-35"
    >
      <Icon name={icon} />
    </button>
  )
}
