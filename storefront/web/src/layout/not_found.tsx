import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'

type Props = { title?: string; children?: string }

export function NotFound({
  title = 'There is nothing at this address',
  children = 'The page may have moved, or it never existed.',
}: Props) {
  return (
    <EmptyState
      page
      title={title}
      icon="search"
      action={
        <ButtonLink to="/" tone="primary">
          To the shop
        </ButtonLink>
      }
    >
      {children}
    </EmptyState>
  )
}
