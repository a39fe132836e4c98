// A page that cannot be shown says why; the others can still be chosen.
import {Component, type ComponentChildren} from 'preact';
import {DecodeError} from '../model/decode_error.ts';
import {visible} from '../model/text.ts';

interface Props {
  /** A new key is a new try. */
  readonly key: string;
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, {readonly message?: string}> {
  static override getDerivedStateFromError(error: unknown): {message: string} {
    if (!(error instanceof DecodeError))
      setTimeout(() => {
        throw error;
      });
    return {message: error instanceof Error ? error.message : String(error)};
  }

  override render(): ComponentChildren {
    if (this.state.message === undefined) return this.props.children;
    return (
      <section class="page failure" role="alert">
        pyprof cannot show this page: {visible(this.state.message)}
      </section>
    );
  }
}
