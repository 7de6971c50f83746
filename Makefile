# The front door. Lines that begin with "#:" are the manual, which `make help` prints.
#
#: Warren: a gateway for small cameras and toys.
#:
#:   make                 compile everything into build/
#:   make run             show it in your browser: a gateway with three virtual cameras and a virtual playground
#:   make test            run every test, then all but the page's once more with sanitizers
#:   make driver-test     compile a driver's own test, TEST=my/test_doorbell.c (docs/writing-a-driver.md)
#:   make bench           measure it
#:   make soak            a virtual debug camera for SOAK_SECONDS=1800, its links twice broken: all in step, nothing leaks
#:   make test-vm         on real kernel drivers, in an emulated machine: a camera by V4L2, virtual cameras by Bluetooth, Avahi
#:   make check-firmware  type-check the firmware of ESP32 boards, IDF_HEADERS=folder (firmware/esp/README.md)
#:   make check           format, shell scripts, and a build by clang
#:   make fuzz            look for bad input that breaks a parser, FUZZ_TIME=60 seconds each
#:   make format          format the C sources
#:   make install         copy the programs to PREFIX=/usr/local, below DESTDIR= (as root)
#:   make uninstall       take them away again; configuration, pictures and drivers of your own stay (as root)
#:   make docker          build the container image warren:latest
#:   make clean           remove what was built, and the state of `make run`
#:
#: The first of them installs what is missing by apt, on Debian 12 or newer and Ubuntu 24.04.
#:
#: For `make run`, which ends on Ctrl-C with everything it started:
#:
#:   PORT=8081          where the page is (8080)
#:   SOURCE=video.avi   a video, or a folder of JPEGs, instead of the drawn scene
#:   DATA=folder        where pictures and events are kept (build/demo)
#:   BLUETOOTH=system   look for real devices by this machine's Bluetooth, instead of virtual ones

PORT ?= 8080
DATA ?= build/demo
SOURCE ?=
BLUETOOTH ?= virtual
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_TIME ?= 60
SOAK_SECONDS ?= 1800
IDF_HEADERS ?=
TEST ?=
BUILD ?= build

.DEFAULT_GOAL := build
.PHONY: help build programs run test soak driver-test test-vm bench check check-firmware fuzz format install uninstall docker clean
.SUFFIXES:

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

# The tests need more packages: they join the build folder with the first `make test`.
$(BUILD)/build.ninja:
	@deploy/deps.sh install build
	meson setup '$(BUILD)' -Dtests=false

build: $(BUILD)/build.ninja
	@deploy/deps.sh install build
	@ninja -C '$(BUILD)'

programs: $(BUILD)/build.ninja
	@deploy/deps.sh install build $(if $(SOURCE),video)
	@test -e '$(BUILD)/gateway/src/warren' || echo 'Compiling. The first time, this takes a minute or two, and more on a small machine.'
	@ninja -C '$(BUILD)' $(if $(MAKE_TERMOUT),,--quiet) programs

# `exec`: the demo is make's own child, so that what make is told reaches it.
run: programs
	@exec deploy/demo.py --build '$(BUILD)' --port '$(PORT)' --data '$(DATA)' --source '$(SOURCE)' \
		--bluetooth '$(BLUETOOTH)'

soak: programs
	@WARREN_BUILD='$(abspath $(BUILD))' SOAK_SECONDS='$(SOAK_SECONDS)' exec python3 tests/e2e/test_soak.py

# Where there are no packages for emulated machines, the tests that need one say so and are skipped.
test:
	@deploy/deps.sh install build test
	@deploy/deps.sh install arm || true
	@deploy/deps.sh install vm || true
	@exec tests/run.py

# The fake host and what it is made of, with the libraries that these stand on.
FAKES = tests/fakes/libfakes.a firmware/cores/flow/libflow-core.a $(patsubst %,gateway/src/%.a,base/libbase bus/libbus ble/libble config/libconfig dbus/libdbus \
	device/libdevice loop/libloop media/libmedia store/libstore) firmware/proto/libproto.a
FAKES_NEED = criterion jansson libcrypto libcurl libjpeg libsystemd libuv sqlite3 yaml-0.1

driver-test: $(BUILD)/build.ninja
	@test -f '$(TEST)' || { echo 'TEST=$(TEST): expected a C file, such as TEST=my/test_doorbell.c'; exit 1; }
	@deploy/deps.sh install build driver-test
	@grep -q tests/fakes/libfakes.a '$(BUILD)/build.ninja' || meson configure '$(BUILD)' -Dtests=true
	@ninja -C '$(BUILD)' --quiet $(FAKES)
	$(CC) $(CFLAGS) -std=gnu17 -Wall -g -I tests -I gateway/include -I gateway/src -o '$(TEST:.c=)' '$(TEST)' \
		-Wl,--start-group $(addprefix '$(BUILD)'/,$(FAKES)) -Wl,--end-group $$(pkg-config --libs $(FAKES_NEED)) -lm

test-vm: programs
	@deploy/deps.sh install vm
	@tests/vm/camera build test_camera test_playground test_debug_camera test_permission
	@tests/vm/network build || [ $$? -eq 77 ]
	@tests/vm/v4l2 build/firmware/pi-trigger-camera/warren-pi-camera
	@exec tests/vm/bleak build/firmware/sim/warren-sim

bench:
	@deploy/deps.sh install build test bench
	@exec tests/bench/run.py

check:
	@deploy/deps.sh install build test check
	@exec tests/check.sh

# ESP-IDF's headers are 100 MB that few have; therefore not part of `test` or `check`.
check-firmware:
ifeq ($(IDF_HEADERS),)
	@echo 'check-firmware: skipped, IDF_HEADERS names no folder with headers of ESP-IDF (firmware/esp/README.md tells how to make one)'
else
	@deploy/deps.sh install firmware
	@firmware/esp/check/check.py '$(IDF_HEADERS)'
	@firmware/esp/check/test_check.py '$(IDF_HEADERS)'
endif

fuzz:
	@deploy/deps.sh install build test check
	@exec tests/fuzz/run.sh $(FUZZ_TIME)

format:
	@deploy/deps.sh install check
	git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

# Compiled in a folder of its own, for the paths of the installation.
install:
	@deploy/deps.sh install build
	@test -f build-install/build.ninja || meson setup build-install -Dtests=false
	@meson configure build-install -Dprefix='$(PREFIX)'
	@ninja -C build-install
	DESTDIR='$(DESTDIR)' meson install -C build-install --no-rebuild

uninstall:
	@DESTDIR='$(DESTDIR)' deploy/uninstall.sh '$(PREFIX)'

docker:
	docker build -f deploy/Dockerfile -t warren:latest .

clean:
	rm -rf build build-*
