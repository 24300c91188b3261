import { t } from '../language/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'

type Props = { title?: string; children?: string }

export function NotFound({ title = t.layout.nothingHere, children = t.layout.nothingHereMore }: Props) {
  return (
    <EmptyState
      page
      title={title}
      icon="search"
      action={
        <ButtonLink to="/" tone="primary">
          {t.common.toTheShop}
        </ButtonLink>
      }
    >
      {children}
    </EmptyState>
  )
}
