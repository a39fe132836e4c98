export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % interval of a share estimated from `samples` independent samples: Wilson's score interval (JASA 22, 1927),
 * which unlike share ± 2√(share/samples) stays within 0…1 and is honest for few samples.
 */
export function shareInterval(share: number, samples: number): Interval {
  if (samples <= 0) return {low: 0, high: 1};
  const z = 1.959964;
  const centre = share + (z * z) / (2 * samples);
  const spread = z * Math.sqrt((share * (1 - share)) / samples + (z * z) / (4 * samples * samples));
  const scale = 1 + (z * z) / samples;
  return {low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale)};
}
