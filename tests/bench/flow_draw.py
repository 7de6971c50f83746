"""flow_draw.py - layers of texture that move, drawn into frames between the pixels; and what spoils frames. For flow_set.py."""

import cv2
import numpy as np

# Texels for one pixel of a frame; what is finer than a pixel shows as it does in a camera, a little.
SCALE = 2
# Texels a side: a frame, and what comes in at its edges with the largest motion.
TEXTURE_SIZE = 1024


class Motion:
    """Where things at (x, y) of the first frame, measured from its centre, are in the second."""

    def __init__(self, dx=0.0, dy=0.0, turn=0.0, zoom=1.0, shear=0.0):
        c, s = np.cos(turn) * zoom, np.sin(turn) * zoom
        self.matrix = np.array([[c, -s + shear], [s, c]])
        self.inverse = np.linalg.inv(self.matrix)
        self.shift = np.array([dx, dy])

    def to(self, x, y):
        m = self.matrix
        return m[0, 0] * x + m[0, 1] * y + self.shift[0], m[1, 0] * x + m[1, 1] * y + self.shift[1]

    def back(self, x, y):
        m, x, y = self.inverse, x - self.shift[0], y - self.shift[1]
        return m[0, 0] * x + m[0, 1] * y, m[1, 0] * x + m[1, 1] * y


class Layer:
    """A texture and its motion; `covers(x, y)` says where it is in the first frame, None: everywhere."""

    def __init__(self, texels, motion, covers=None):
        self.texels, self.motion, self.covers = texels, motion, covers


def cubic(t):
    """Weights of four neighbours (Catmull-Rom)."""
    return (-0.5 * t + t**2 - 0.5 * t**3, 1 - 2.5 * t**2 + 1.5 * t**3, 0.5 * t + 2 * t**2 - 1.5 * t**3, -0.5 * t**2 + 0.5 * t**3)


def sample(texels, x, y):
    """At points in pixels from the centre."""
    u, v = (x * SCALE + TEXTURE_SIZE / 2 - 0.5).astype(np.float64), (y * SCALE + TEXTURE_SIZE / 2 - 0.5).astype(np.float64)
    i, j = np.floor(u).astype(np.int32), np.floor(v).astype(np.int32)
    wx, wy = cubic((u - i).astype(np.float32)), cubic((v - j).astype(np.float32))
    flat, total = texels.ravel(), 0
    # At the rim of the texture it goes round; textures of our own do so without a seam.
    columns = [(i + k - 1) % TEXTURE_SIZE for k in range(4)]
    for m in range(4):
        base = ((j + m - 1) % TEXTURE_SIZE) * TEXTURE_SIZE
        total = total + wy[m] * sum(wx[k] * flat[base + columns[k]] for k in range(4))
    return total


class Scene:
    def __init__(self, layers):
        self.layers = layers

    def top(self, x, y):
        """Which layer one sees at a point of the first frame."""
        top = np.zeros(np.shape(x), np.int64)
        for k, layer in enumerate(self.layers):
            if layer.covers:
                top[layer.covers(x, y)] = k
        return top

    def top_after(self, x, y):
        top = np.zeros(np.shape(x), np.int64)
        for k, layer in enumerate(self.layers):
            if layer.covers:
                top[layer.covers(*layer.motion.back(x, y))] = k
        return top

    def frame(self, width, height, second):
        step = 1 / SCALE
        y, x = np.mgrid[0:height:step, 0:width:step] + step / 2
        x, y = x - width / 2, y - height / 2
        top = self.top_after(x, y) if second else self.top(x, y)
        fine = np.zeros(x.shape, np.float32)
        for k, layer in enumerate(self.layers):
            here = top == k
            fine[here] = sample(layer.texels, *(layer.motion.back(x[here], y[here]) if second else (x[here], y[here])))
        return fine.reshape(height, SCALE, width, SCALE).mean((1, 3))


# --- textures ---------------------------------------------------------------------------------


def normalised(texels, deviation):
    return (np.clip(128 + (texels - texels.mean()) / texels.std() * deviation, 0, 255)).astype(np.float32)


def clouds(rng, slope):
    """Noise whose spectrum falls as pictures' do, with slope 1; higher is softer."""
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(TEXTURE_SIZE), np.fft.fftfreq(TEXTURE_SIZE)))
    f[0, 0] = 1
    spectrum = np.fft.fft2(rng.normal(size=f.shape)) / np.maximum(f, 0.002) ** slope
    spectrum *= np.exp(-((f / 0.3) ** 2))
    spectrum[0, 0] = 0
    return np.real(np.fft.ifft2(spectrum))


def leaves(rng):
    """Things of every size before each other, as in the world: edges, corners, plain faces."""
    texels = np.full((TEXTURE_SIZE, TEXTURE_SIZE), 128, np.float32)
    for radius in sorted(8 * rng.uniform(size=1500) ** -0.7, reverse=True):
        radius = min(radius, 250)
        centre = rng.uniform(0, TEXTURE_SIZE, 2)
        if rng.uniform() < 0.5:
            points = cv2.ellipse2Poly((0, 0), (int(radius) + 1, int(radius * rng.uniform(0.3, 1)) + 1), int(rng.uniform(0, 180)), 0, 360, 12)
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 7)))
            points = np.stack([np.cos(angles), np.sin(angles)], 1) * radius
        grey = float(rng.uniform(20, 235))
        for dx in (0, -TEXTURE_SIZE, TEXTURE_SIZE):
            for dy in (0, -TEXTURE_SIZE, TEXTURE_SIZE):
                at = centre + (dx, dy)
                if (abs(at - TEXTURE_SIZE / 2) < TEXTURE_SIZE / 2 + radius).all():
                    cv2.fillPoly(texels, [np.rint((points + at) * 16).astype(np.int32)], grey, cv2.LINE_AA, 4)
    return blur(texels, 1.2)


def bricks(rng):
    """What repeats itself: the nearest match is not always the right one."""
    y, x = np.mgrid[0:TEXTURE_SIZE, 0:TEXTURE_SIZE]
    high, wide = rng.choice([16, 32, 64]), rng.choice([32, 64, 128])
    row = y // high
    column = (x + (row % 2) * (wide // 2)) // wide % (TEXTURE_SIZE // wide)
    tone = rng.uniform(60, 200, (TEXTURE_SIZE // high, TEXTURE_SIZE // wide))
    texels = tone[row, column]
    texels[(y % high < 4) | ((x + (row % 2) * (wide // 2)) % wide < 4)] = 225
    return blur(texels.astype(np.float32), 1.2) + clouds_of(rng, 1, 9)


def clouds_of(rng, slope, deviation):
    c = clouds(rng, slope)
    return c / c.std() * deviation


def texture(rng, pictures):
    if pictures and rng.uniform() < 0.7:
        return cut(rng, pictures[rng.integers(len(pictures))])
    kind = rng.uniform()
    if kind < 0.35:
        return normalised(leaves(rng) + clouds_of(rng, 1, 8), 48)
    if kind < 0.65:
        return normalised(clouds(rng, rng.uniform(0.8, 1.6)), rng.uniform(25, 50))
    if kind < 0.85:
        return normalised(leaves(rng), rng.uniform(30, 55))
    return normalised(bricks(rng), rng.uniform(25, 45))


def read_pictures(paths):
    """Grey, of every picture, and of a video's frames one in a while."""
    pictures = []
    for path in paths:
        video = cv2.VideoCapture(path)
        before, n = len(pictures), max(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), 1)
        for at in range(0, n, max(n // 4, 1)):
            video.set(cv2.CAP_PROP_POS_FRAMES, at)
            ok, picture = video.read()
            if not ok:
                break
            pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32))
        if len(pictures) == before:
            raise SystemExit(f"flow_set.py: {path} is no picture that OpenCV can read")
    return pictures


def cut(rng, picture):
    """A piece of a real picture as texels; mirrored where the picture ends."""
    zoom = rng.uniform(0.8, 1.2) * SCALE * max(480 / max(picture.shape), 0.5)
    large = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    y0, x0 = (int(rng.integers(0, max(n - TEXTURE_SIZE, 0) + 1)) for n in large.shape)
    piece = large[y0:y0 + TEXTURE_SIZE, x0:x0 + TEXTURE_SIZE]
    down, right = TEXTURE_SIZE - piece.shape[0], TEXTURE_SIZE - piece.shape[1]
    return np.pad(piece, ((down // 2, down - down // 2), (right // 2, right - right // 2)), "reflect").clip(0, 255)


def shape(rng, centre, size):
    """An ellipse or a rectangle, turned."""
    angle, round_one = rng.uniform(0, np.pi), rng.uniform() < 0.5
    c, s = np.cos(angle), np.sin(angle)

    def covers(x, y):
        x, y = x - centre[0], y - centre[1]
        u, v = (c * x + s * y) / size[0], (c * y - s * x) / size[1]
        return u * u + v * v < 1 if round_one else (abs(u) < 0.8) & (abs(v) < 0.8)

    return covers


# --- what spoils frames -----------------------------------------------------------------------


def blur(frame, sigma):
    return cv2.GaussianBlur(frame, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def quantise(frame, quality):
    """JPEG's loss: grey, there and back."""
    ok, coded = cv2.imencode(".jpg", np.clip(np.rint(frame), 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    assert ok
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.float32)


def least_gradient(block):
    gy, gx = np.gradient(block.astype(np.float32))
    tensor = np.array([[(gx * gx).mean(), (gx * gy).mean()], [(gx * gy).mean(), (gy * gy).mean()]])
    return np.linalg.eigvalsh(tensor)[0]
