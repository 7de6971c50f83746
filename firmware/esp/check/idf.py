"""Where ESP-IDF keeps its public headers, and how it has its compilers look at C."""

import glob
import itertools
import re

XTENSA = ("esp32", "esp32s2", "esp32s3")

# Public include folders, as the components' CMakeLists.txt give them, for one target and its architecture.
FOLDERS = """
{arch}/{target}/include {arch}/include xtensa/deprecated_include
newlib/platform_include
freertos/config/include freertos/config/include/freertos freertos/config/{arch}/include freertos/FreeRTOS-Kernel/include
freertos/FreeRTOS-Kernel/portable/{arch}/include freertos/FreeRTOS-Kernel/portable/{arch}/include/freertos
freertos/esp_additions/include freertos/esp_additions/arch/{arch}/include
esp_hw_support/include esp_hw_support/include/soc esp_hw_support/include/soc/{target} esp_hw_support/dma/include
esp_hw_support/ldo/include esp_hw_support/port/{target} esp_hw_support/port/{target}/include
heap/include heap/tlsf log/include
soc/include soc/{target} soc/{target}/include soc/{target}/register
hal/platform_port/include hal/{target}/include hal/include
esp_rom/include esp_rom/include/{target} esp_rom/{target} esp_rom/{target}/include esp_rom/{target}/include/{target}
esp_common/include esp_system/include esp_system/port/soc esp_system/port/include esp_system/port/include/{arch}
lwip/include lwip/include/apps lwip/include/apps/sntp lwip/lwip/src/include lwip/port/include lwip/port/freertos/include
lwip/port/esp32xx/include lwip/port/esp32xx/include/arch lwip/port/esp32xx/include/sys
esp_driver_*/include driver/deprecated driver/include driver/touch_sensor/{target}/include driver/*/include
esp_event/include esp_netif/include esp_timer/include esp_pm/include esp_mm/include esp_phy/include esp_phy/{target}/include
esp_coex/include esp_partition/include esp_app_format/include bootloader_support/include app_update/include esp_ringbuf/include
esp_psram/include efuse/include efuse/{target}/include vfs/include pthread/include nvs_flash/include spi_flash/include
esp_http_client/include esp_http_server/include esp_https_server/include esp_https_ota/include
esp_adc/include esp_adc/interface esp_adc/{target}/include esp_lcd/include
console spiffs/include wear_levelling/include sdmmc/include http_parser
esp_wifi/include esp_wifi/include/local esp_wifi/wifi_apps/include wpa_supplicant/include wpa_supplicant/port/include
wpa_supplicant/esp_supplicant/include esp-tls esp-tls/esp-tls-crypto tcp_transport/include
mbedtls/port/include mbedtls/mbedtls/include mbedtls/mbedtls/library mbedtls/esp_crt_bundle/include
bt/include/{bt}/include bt/common/osi/include bt/common/api/include/api bt/porting/include bt/porting/npl/freertos/include
bt/porting/transport/include bt/porting/mem
bt/host/nimble/nimble/nimble/include bt/host/nimble/nimble/nimble/host/include bt/host/nimble/nimble/nimble/host/util/include
bt/host/nimble/nimble/nimble/host/store/ram/include bt/host/nimble/nimble/nimble/host/store/config/include
bt/host/nimble/nimble/nimble/transport/include bt/host/nimble/nimble/nimble/host/services/*/include
bt/host/nimble/nimble/porting/nimble/include bt/host/nimble/nimble/porting/npl/freertos/include
bt/host/nimble/nimble/ext/tinycrypt/include bt/host/nimble/port/include bt/host/nimble/esp-hci/include
""".split()

# Those of tools/cmake in ESP-IDF; what is an error there is one here.
FLAGS = """-fsyntax-only -std=gnu17 -Wall -Wextra -Werror=all -Werror=incompatible-pointer-types -Werror=int-conversion
-Wno-error=unused-function -Wno-error=unused-variable -Wno-error=unused-but-set-variable -Wno-error=deprecated-declarations
-Wno-unused-parameter -Wno-sign-compare -Wno-enum-conversion -Wno-old-style-declaration
-ffunction-sections -fdata-sections -fno-jump-tables -fstrict-volatile-bitfields -nostdlib
-DESP_PLATFORM -D_GNU_SOURCE -D_POSIX_READER_WRITER_LOCKS -DSOC_MMU_PAGE_SIZE=CONFIG_MMU_PAGE_SIZE
-DMBEDTLS_CONFIG_FILE="mbedtls/esp_config.h" """.split()

# Debian's compilers of the same architectures. int32_t is long with Espressif's, on which warnings of formats depend; the
# Xtensa one is for an older chip of theirs and has to be told.
LONG32 = [f for n in ("INT32", "INT_LEAST32") for u in ("", "U") for f in
          (f"-U__{u}{n}_TYPE__", f"-D__{u}{n}_TYPE__=long {'unsigned ' if u else ''}int")]
COMPILERS = {
    "xtensa": ["xtensa-lx106-elf-gcc", "-mlongcalls", "-Wno-frame-address", "-Wno-builtin-macro-redefined", *LONG32],
    "riscv": ["riscv64-unknown-elf-gcc", "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32"],
}
C_LIBRARY = "/usr/include/newlib"

# Every component of ESP-IDF may use these without saying so.
COMMON = {"newlib", "freertos", "esp_hw_support", "heap", "log", "soc", "hal", "esp_rom", "esp_common", "esp_system", "xtensa",
          "riscv"}


def architecture(target):
    return "xtensa" if target in XTENSA else "riscv"


def version(headers):
    with open(f"{headers}/components/esp_common/include/esp_idf_version.h", encoding="utf-8") as file:
        text = file.read()
    return ".".join(re.search(rf"#define ESP_IDF_VERSION_{part} +(\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


def include_folders(headers, target):
    # The radio of these has a folder of its own; the others share that of the C3.
    bt = target if target in ("esp32", "esp32c2", "esp32c6", "esp32h2") else "esp32c3"
    names = [f.format(target=target, arch=architecture(target), bt=bt) for f in FOLDERS]
    managed = [f"{headers}/managed_components/*/include", f"{headers}/managed_components/*/*/include"]
    return list(itertools.chain.from_iterable(
        sorted(glob.glob(p)) for p in [f"{headers}/components/{n}" for n in names] + managed))


def component_of(headers, path):
    """The component that a header of ESP-IDF's belongs to, by the name that REQUIRES has; None: it is none."""
    found = re.match(re.escape(headers) + r"/(?:managed_components/[^/]*?__|components/)([^/]+)/", path)
    return found and found[1]
