/* driver_image.c - is this file a driver, whole, for this machine? Read from the bytes, without
 * running any of them.
 *
 * An ELF shared object as the dynamic loader sees it:
 *
 *     header → program headers → PT_LOAD segments (what is mapped) and PT_DYNAMIC (a table of addresses)
 *              DT_SYMTAB, DT_STRTAB, DT_HASH or DT_GNU_HASH → the symbol `warren_driver` → its bytes
 *
 * The loader trusts all of it: a segment that reaches past the end of the file is mapped, and
 * touching it is SIGBUS. So everything that is used here is looked up through the segments, and
 * every look-up is checked against the file's length. The section headers are not needed for
 * loading, but stand at the end of the file: where they are missing, the file was cut off.
 *
 * Source of the layouts: System V gABI, elf(5); DT_GNU_HASH as implemented by binutils and glibc.
 */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

#include "device/driver.h"

typedef ElfW(Ehdr) Ehdr;
typedef ElfW(Phdr) Phdr;
typedef ElfW(Dyn) Dyn;
typedef ElfW(Sym) Sym;
typedef ElfW(Addr) Addr;

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#elif defined(__arm__)
#define MACHINE EM_ARM
#elif defined(__i386__)
#define MACHINE EM_386
#elif defined(__riscv)
#define MACHINE EM_RISCV
#else
#error "add this machine's EM_ number"
#endif
#define CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define DATA (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

/* No plugin has more; the loop over them must end. */
#define MAX_SYMBOLS 1000000u

struct image {
    const uint8_t *bytes;
    size_t n;
    Ehdr header;
};

/* n bytes at a file offset; false: not all inside the file. */
static bool at_offset(const struct image *im, uint64_t offset, uint64_t n)
{
    return offset <= im->n && n <= im->n - offset;
}

static Phdr program_header(const struct image *im, unsigned i)
{
    Phdr p;

    memcpy(&p, im->bytes + im->header.e_phoff + (size_t)i * sizeof p, sizeof p);
    return p;
}

/* The bytes that will be mapped at an address, when all n of them come from the file; else NULL. */
static const uint8_t *at_address(const struct image *im, Addr address, uint64_t n)
{
    for (unsigned i = 0; i < im->header.e_phnum; i++) {
        Phdr p = program_header(im, i);

        if (p.p_type == PT_LOAD && address >= p.p_vaddr && address - p.p_vaddr <= p.p_filesz &&
            n <= p.p_filesz - (address - p.p_vaddr))
            return im->bytes + p.p_offset + (address - p.p_vaddr);
    }
    return NULL;
}

static int check_header(struct image *im, struct error *e)
{
    if (im->n < sizeof im->header)
        return error_set(e, -ENOEXEC, "the file has %zu bytes, too few for a shared object", im->n);
    memcpy(&im->header, im->bytes, sizeof im->header);
    if (memcmp(im->header.e_ident, ELFMAG, SELFMAG) != 0)
        return error_set(e, -ENOEXEC, "the file is not a shared object (no ELF header)");
    if (im->header.e_ident[EI_CLASS] != CLASS || im->header.e_ident[EI_DATA] != DATA ||
        im->header.e_machine != MACHINE)
        return error_set(e, -ENOEXEC,
            "the file was built for another machine (ELF class %u, machine %u; needed: class %d, "
            "machine %d)",
            im->header.e_ident[EI_CLASS], im->header.e_machine, CLASS, MACHINE);
    if (im->header.e_type != ET_DYN)
        return error_set(
            e, -ENOEXEC, "the file is not a shared object (ELF type %u)", im->header.e_type);
    if (im->header.e_phentsize != sizeof(Phdr) || im->header.e_phnum == 0)
        return error_set(
            e, -ENOEXEC, "the file's program headers are not those of a shared object");
    if (!at_offset(im, im->header.e_phoff, (uint64_t)im->header.e_phnum * sizeof(Phdr)))
        return error_set(e, -ENOEXEC, "the file is cut off within its program headers");
    return 0;
}

static int check_segments(const struct image *im, struct error *e)
{
    unsigned n_loads = 0;
    Addr end = 0;

    for (unsigned i = 0; i < im->header.e_phnum; i++) {
        Phdr p = program_header(im, i);

        if (p.p_type == PT_NULL)
            continue;
        if (p.p_type != PT_GNU_STACK && !at_offset(im, p.p_offset, p.p_filesz))
            return error_set(e, -ENOEXEC, "the file is cut off: a segment ends at byte %llu of %zu",
                (unsigned long long)p.p_offset + p.p_filesz, im->n);
        if (p.p_type != PT_LOAD)
            continue;
        if (p.p_memsz < p.p_filesz || p.p_vaddr + p.p_memsz < p.p_vaddr ||
            (n_loads > 0 && p.p_vaddr < end) || p.p_memsz > DRIVER_MAX_FILE_BYTES ||
            (p.p_offset - p.p_vaddr) % 4096 != 0)
            return error_set(e, -ENOEXEC, "the file's segments are damaged");
        end = p.p_vaddr + p.p_memsz;
        n_loads++;
    }
    if (n_loads == 0)
        return error_set(e, -ENOEXEC, "the file has no segment to load");
    if (im->header.e_shnum > 0 &&
        !at_offset(im, im->header.e_shoff, (uint64_t)im->header.e_shnum * im->header.e_shentsize))
        return error_set(e, -ENOEXEC,
            "the file is cut off: its section headers end at byte %llu of %zu",
            (unsigned long long)im->header.e_shoff +
                (uint64_t)im->header.e_shnum * im->header.e_shentsize,
            im->n);
    return 0;
}

/* What of the dynamic table is needed to find a symbol. */
struct dynamic {
    Addr symtab, strtab, hash, gnu_hash;
    uint64_t strsz;
};

static int read_dynamic(const struct image *im, struct dynamic *ret, struct error *e)
{
    struct dynamic d = {0};

    for (unsigned i = 0; i < im->header.e_phnum; i++) {
        Phdr p = program_header(im, i);
        const uint8_t *table;

        if (p.p_type != PT_DYNAMIC)
            continue;
        table = at_address(im, p.p_vaddr, p.p_filesz);
        if (!table)
            return error_set(e, -ENOEXEC, "the file's dynamic table lies outside its segments");
        for (size_t k = 0; (k + 1) * sizeof(Dyn) <= p.p_filesz; k++) {
            Dyn entry;

            memcpy(&entry, table + k * sizeof entry, sizeof entry);
            switch (entry.d_tag) {
            case DT_NULL:
                *ret = d;
                return 0;
            case DT_SYMTAB:
                d.symtab = entry.d_un.d_ptr;
                break;
            case DT_STRTAB:
                d.strtab = entry.d_un.d_ptr;
                break;
            case DT_STRSZ:
                d.strsz = entry.d_un.d_val;
                break;
            case DT_HASH:
                d.hash = entry.d_un.d_ptr;
                break;
            case DT_GNU_HASH:
                d.gnu_hash = entry.d_un.d_ptr;
                break;
            default:
                break;
            }
        }
        return error_set(e, -ENOEXEC, "the file's dynamic table has no end");
    }
    return error_set(e, -ENOEXEC, "the file has no dynamic table: it is not a shared object");
}

/* The number of symbols, which only the hash tables tell. DT_HASH: u32 nbucket, u32 nchain (=
 * symbols). DT_GNU_HASH: u32 nbuckets, symoffset, bloom_size, bloom_shift; bloom words; buckets;
 * chains, of which the last of each bucket has bit 0 set. */
static int count_symbols(
    const struct image *im, const struct dynamic *d, uint32_t *ret, struct error *e)
{
    const uint8_t *p;
    uint32_t head[4], last = 0, word;
    Addr buckets;

    if (d->hash && (p = at_address(im, d->hash, 8))) {
        memcpy(head, p, 8);
        *ret = MIN(head[1], MAX_SYMBOLS);
        return 0;
    }
    if (!d->gnu_hash || !(p = at_address(im, d->gnu_hash, 16)))
        return error_set(e, -ENOEXEC, "the file has no symbol hash table");
    memcpy(head, p, 16);
    buckets = d->gnu_hash + 16 + (Addr)head[2] * sizeof(Addr);
    if (head[0] > MAX_SYMBOLS || !(p = at_address(im, buckets, (uint64_t)head[0] * 4)))
        return error_set(e, -ENOEXEC, "the file's symbol hash table is damaged");
    for (uint32_t i = 0; i < head[0]; i++) {
        memcpy(&word, p + (size_t)i * 4, 4);
        last = MAX(last, word);
    }
    if (last < head[1]) {
        *ret = head[1];
        return 0;
    }
    for (; last < MAX_SYMBOLS; last++) {
        p = at_address(im, buckets + (Addr)head[0] * 4 + (Addr)(last - head[1]) * 4, 4);
        if (!p)
            break;
        memcpy(&word, p, 4);
        if (word & 1) {
            *ret = last + 1;
            return 0;
        }
    }
    return error_set(e, -ENOEXEC, "the file's symbol hash table is damaged");
}

static bool symbol_is(
    const struct image *im, const struct dynamic *d, const Sym *sym, const char *name)
{
    size_t n = strlen(name) + 1;
    const uint8_t *s;

    if (sym->st_name >= d->strsz || n > d->strsz - sym->st_name)
        return false;
    s = at_address(im, d->strtab + sym->st_name, n);
    return s && memcmp(s, name, n) == 0;
}

static int find_driver(const struct image *im, const struct dynamic *d, Sym *ret, struct error *e)
{
    uint32_t n = 0;
    int r = count_symbols(im, d, &n, e);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *p = at_address(im, d->symtab + (Addr)i * sizeof(Sym), sizeof(Sym));
        Sym sym = {0};

        if (!p)
            return error_set(e, -ENOEXEC, "the file's symbol table lies outside its segments");
        memcpy(&sym, p, sizeof sym);
        if (sym.st_shndx != SHN_UNDEF && symbol_is(im, d, &sym, "warren_driver")) {
            *ret = sym;
            return 0;
        }
    }
    return error_set(
        e, -ENOEXEC, "the file exports no `warren_driver`: it is a shared object, but no driver");
}

int driver_image_check(const uint8_t *image, size_t n, struct driver_head *ret, struct error *e)
{
    struct image im = {.bytes = image, .n = n};
    struct driver_head head;
    struct dynamic dynamic = {0};
    const uint8_t *p;
    Sym sym = {0};
    int r;

    if ((r = check_header(&im, e)) < 0 || (r = check_segments(&im, e)) < 0 ||
        (r = read_dynamic(&im, &dynamic, e)) < 0 || (r = find_driver(&im, &dynamic, &sym, e)) < 0)
        return r;
    if ((sym.st_info & 0xf) != STT_OBJECT || !(p = at_address(&im, sym.st_value, sizeof head)))
        return error_set(e, -ENOEXEC, "`warren_driver` is not a constant of type struct wr_driver");
    memcpy(&head, p, sizeof head);
    if (head.abi != WR_ABI)
        return error_set(e, -ENOEXEC,
            "the driver was built for ABI %u, this gateway speaks ABI %u: build it anew", head.abi,
            WR_ABI);
    if (head.size != sym.st_size || head.size < offsetof(struct wr_driver, run) + sizeof(void *))
        return error_set(e, -ENOEXEC,
            "the driver says its table has %u bytes, but it has %llu (at least %zu are needed)",
            head.size, (unsigned long long)sym.st_size, sizeof(struct wr_driver));
    if (!at_address(&im, sym.st_value, head.size))
        return error_set(e, -ENOEXEC, "`warren_driver` lies outside the file's segments");
    *ret = head;
    return 0;
}
