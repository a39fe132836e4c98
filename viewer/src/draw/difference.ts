// Colours of a difference: red is slower, blue faster, each in three strengths; what is new or has vanished has a texture as
// well, so that nothing depends on colour alone.
import {type Change, delta, hasVanished, isNew, isSignificant, relative} from '../model/change.ts';
import type {Texture} from './flame.ts';
import type {Palette} from './palette.ts';

/** Of the larger of both values, from which on a colour is stronger. */
export const changeSteps = [0.1, 0.3] as const;

export function differenceFill({changes}: Palette, change: Change): string {
  if (!isSignificant(change) || delta(change) === 0) return changes.same;
  const strength = changeSteps.filter((step) => Math.abs(relative(change)) >= step).length;
  return (delta(change) > 0 ? changes.slower : changes.faster)[strength] ?? changes.same;
}

export function differenceTexture(change: Change): Texture | undefined {
  if (isNew(change)) return 'stripes';
  return hasVanished(change) ? 'rules' : undefined;
}
